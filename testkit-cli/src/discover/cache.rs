//! Lists of tests, kept from run to run; good as long as the binary's file is as it was.

use camino::{Utf8Path, Utf8PathBuf};

use super::listing::Listed;
use crate::cache_file::{self, FileStamp};

/// The lists in one folder.
#[derive(Clone, Debug)]
pub(crate) struct ListingCache {
    folder: Utf8PathBuf,
}

impl ListingCache {
    /// `directory` is the command's own, in the target directory; it need not exist.
    pub(crate) fn new(directory: &Utf8Path) -> Self {
        Self { folder: directory.join("lists") }
    }

    /// The list of the binary at `path`, if there is one of it as it is now.
    pub(crate) fn get(&self, path: &Utf8Path) -> Option<Vec<Listed>> {
        cache_file::read(self.file(path).as_std_path(), &FileStamp::of(path))
    }

    /// Keeps the list of the binary at `path`, whose `stamp` was taken before it was asked.
    pub(crate) fn put(&self, path: &Utf8Path, stamp: &FileStamp, tests: &[Listed]) {
        if stamp.exists() {
            cache_file::write(self.file(path).as_std_path(), stamp, &tests);
        }
    }

    fn file(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.folder.join(cache_file::file_name(&path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_until_its_binary_changes() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let binary = folder.join("binary");
        std::fs::write(&binary, "1").unwrap();
        let cache = ListingCache::new(&folder.join("testkit"));
        assert_eq!(cache.get(&binary), None);
        let tests = [Listed { name: " a b ".to_owned(), ignore: Some(String::new()), location: None }];
        cache.put(&binary, &FileStamp::of(&binary), &tests);
        assert_eq!(cache.get(&binary).as_deref(), Some(&tests[..]));
        std::fs::write(&binary, "12").unwrap();
        assert_eq!(cache.get(&binary), None);
    }
}
