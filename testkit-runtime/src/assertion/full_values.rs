//! Files with the values that are too long for a report.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// Most files that one process writes, so that a suite that fails all over does not fill the disk.
const MAX_FILES: u32 = 50;

/// How long the files of earlier runs are kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Writes the values to a file of their own and says where it is, or why there is none.
pub(super) fn write(values: &[(&str, &str)]) -> Result<String, String> {
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed) + 1;
    if number > MAX_FILES {
        return Err(format!("the full values are in no file: this process has written {MAX_FILES} already"));
    }
    let executable = std::env::current_exe().unwrap_or_default();
    let directory = directory(&executable).unwrap_or_else(std::env::temp_dir).join("testkit").join("values");
    let stem = executable.file_stem().unwrap_or_default().to_string_lossy();
    let path = directory.join(format!("{stem}-{}-{number}.txt", std::process::id()));
    let written = || {
        fs::create_dir_all(&directory)?;
        if number == 1 {
            remove_old(&directory);
        }
        let mut file = fs::File::create(&path)?;
        for (label, value) in values {
            for piece in [label, ":\n", value, "\n"] {
                file.write_all(piece.as_bytes())?;
            }
        }
        Ok(())
    };
    written()
        .map(|()| path.display().to_string())
        .map_err(|error: io::Error| format!("the full values could not be written to {}: {error}", path.display()))
}

/// The target directory of Cargo that the executable lies in.
fn directory(executable: &Path) -> Option<PathBuf> {
    // Cargo marks it for backup programs: <https://bford.info/cachedir/>.
    executable.ancestors().skip(1).find(|ancestor| ancestor.join("CACHEDIR.TAG").is_file()).map(Path::to_owned)
}

/// Removes what earlier runs left; whatever cannot be removed stays.
fn remove_old(directory: &Path) {
    let is_old = |entry: &fs::DirEntry| -> io::Result<bool> {
        let age = SystemTime::now().duration_since(entry.metadata()?.modified()?);
        Ok(age.is_ok_and(|age| age > KEPT))
    };
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_old(entry).unwrap_or(false)) {
        let _ = fs::remove_file(entry.path());
    }
}
