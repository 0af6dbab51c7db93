//! The fixtures that come with testkit, under libtest.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]

#[testkit::tests]
mod tests {
    use std::path::{Path, PathBuf};
    use std::sync::Mutex;

    // None of them needs an import.
    fn test_tmp_path(tmp_path: &testkit::TmpPath) {
        assert!(tmp_path.is_dir() && tmp_path.is_absolute());
        assert!(tmp_path.read_dir().unwrap().count() == 0);
        assert!(tmp_path.file_name().unwrap() == "test_tmp_path-0");
        std::fs::write(tmp_path.join("file"), "x").unwrap();
        assert!(takes_paths(tmp_path) && takes_paths(tmp_path.path()));
    }

    fn takes_paths(path: impl AsRef<Path>) -> bool {
        path.as_ref().join("file").is_file()
    }

    #[cfg(unix)]
    fn test_tmp_path_is_the_users(tmp_path: &testkit::TmpPath) {
        use std::os::unix::fs::PermissionsExt as _;
        for folder in [tmp_path.path(), tmp_path.parent().unwrap(), tmp_path.parent().unwrap().parent().unwrap()] {
            let mode = folder.metadata().unwrap().permissions().mode() & 0o777;
            assert!(mode == 0o700, "{}", folder.display());
        }
    }

    /// The folders of the attempts at the test below.
    static ATTEMPTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

    #[retry(2)]
    fn test_tmp_path_stays_after_a_failure(tmp_path: &testkit::TmpPath, cx: &testkit::Context) {
        std::fs::write(tmp_path.join("file"), "x").unwrap();
        let mut attempts = ATTEMPTS.lock().unwrap();
        attempts.push(tmp_path.to_path_buf());
        let count = attempts.len();
        let are_there = attempts.iter().all(|folder| folder.join("file").is_file());
        drop(attempts);
        assert!(are_there && cx.attempt() as usize == count);
        assert!(count == 3, "to be tried again");
    }

    struct TestRemoval;

    static REMOVED: Mutex<Option<PathBuf>> = Mutex::new(None);

    impl TestRemoval {
        #[parametrize(round, [1, 2])]
        #[serial("removal")]
        fn test_rounds(&self, round: u8, tmp_path: &testkit::TmpPath) {
            assert!(round > 0);
            if let Some(before) = REMOVED.lock().unwrap().replace(tmp_path.to_path_buf()) {
                assert!(!before.exists());
            }
        }
    }

    #[fixture(scope = "module")]
    fn kept(tmp_path: testkit::TmpPath) -> testkit::TmpPath {
        std::fs::write(tmp_path.join("of the module"), "x").unwrap();
        tmp_path
    }

    fn test_tmp_path_of_a_wide_fixture(kept: &testkit::TmpPath, tmp_path: &testkit::TmpPath) {
        assert!(kept.join("of the module").is_file() && kept.path() != tmp_path.path());
    }

    fn test_tmp_path_of_a_wide_fixture_again(kept: &testkit::TmpPath) {
        assert!(kept.join("of the module").is_file());
    }

    const NAME: &str = "TESTKIT_OF_BUILTIN";

    #[fixture]
    fn set(env: &testkit::Env) {
        assert!(std::env::var_os(NAME) == None);
        env.set(NAME, "1");
    }

    /// All of these meet if they are let, and each would see the others' variable.
    #[parametrize(round, [1, 2, 3, 4])]
    fn test_env(round: u8, env: &testkit::Env, tmp_path: &testkit::TmpPath) {
        assert!(env.get(NAME) == None);
        env.set(NAME, round.to_string());
        env.set_current_dir(tmp_path);
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(std::env::current_dir().unwrap() == tmp_path.path());
        assert!(env.get(NAME) == Some(round.to_string()));
        env.remove(NAME);
        assert!(std::env::var_os(NAME) == None);
        env.set(NAME, "2");
    }

    #[parametrize(round, [1, 2, 3])]
    fn test_env_through_a_fixture(round: u8, _set: &()) {
        std::thread::sleep(std::time::Duration::from_millis(round.into()));
        assert!(std::env::var(NAME).unwrap() == "1");
    }

    #[parametrize(round, [1, 2, 3, 4, 5, 6])]
    fn test_env_beside(round: u8) {
        assert!(round > 0 && std::env::var_os(NAME) == None);
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(std::env::var_os(NAME) == None);
    }

    #[should_panic(expected = "the working directory cannot be set to /nowhere/at/all")]
    fn test_env_without_a_folder(env: &testkit::Env) {
        env.set_current_dir("/nowhere/at/all");
    }

    fn test_capture_needs_the_command(capture: &testkit::Capture) {
        assert!(capture.stdout() == "", "libtest has it all");
        unreachable!("skipped before it begins, unless the command runs this");
    }

    fn test_cx(cx: &testkit::Context) {
        assert!(cx.id() == "tests::test_cx" && cx.name() == "test_cx");
        assert!(cx.module() == "tests" && cx.group() == None);
        assert!(cx.marks().is_empty() && cx.mark("slow") == None);
        assert!(cx.values().is_empty() && cx.attempt() == 1);
    }

    #[fixture(params = [1, 20])]
    fn number(param: u32) -> u32 {
        param
    }

    struct TestContext;

    impl TestContext {
        #[parametrize((a, b), [(1, "x::y"), named: (2, "z")])]
        fn test_case(&self, a: u8, b: &str, number: &u32, request: &testkit::Context) {
            let (case, b_written) = if a == 1 { ("1-x:y", "\"x::y\"") } else { ("named", "\"z\"") };
            assert!(request.id() == format!("tests::TestContext::test_case[{case}-{number}]"));
            assert!(request.name() == format!("test_case[{case}-{number}]"));
            assert!(request.group() == Some("TestContext") && !b.is_empty());
            let values = request.values();
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert!(values == [("a", &*a.to_string()), ("b", b_written), ("number", &*number.to_string())]);
        }
    }

    fn test_deferred(cx: &testkit::Context) {
        cx.defer(|| assert!(1 + 1 == 2));
    }

    fn test_properties(properties: &testkit::Properties) {
        properties.add("ratio", 0.5);
        testkit::property("requirement", "REQ-17");
        testkit::scope(|scope| {
            scope.spawn(|| testkit::property("thread", 1));
        });
    }

    fn test_attachments(attachments: &testkit::Attachments, tmp_path: &testkit::TmpPath) {
        attachments.add("missing", tmp_path.join("missing"));
        attachments.add_as("picture", "Cargo.toml", "image/png");
        attachments.add_text("server.log", "listening");
        attachments.add_bytes("dump", [0, 1]);
        testkit::attach("again", "Cargo.toml");
        testkit::attach_text("note", "a note");
    }

    fn test_cache(cache: &testkit::Cache) {
        let key = format!("tests/builtin/{}", std::process::id());
        assert!(cache.get(&key) == None);
        cache.set(&key, 12);
        assert!(cache.get_parsed(&key) == Some(12));
        cache.remove(&key);
        assert!(cache.get(&key) == None);
    }

    #[fixture]
    fn random(mut rng: testkit::Rng) -> u64 {
        rng.next_u64()
    }

    fn test_rng(mut rng: testkit::Rng, random: u64, cx: &testkit::Context) {
        assert!(rng.clone().next_u64() == rng.next_u64());
        assert!(rng.next_u64() != random, "each has a stream of its own");
        assert!(rng.seed() == cx.seed());
        assert!((3..=5).contains(&rng.range(3..=5)));
    }

    /// The streams of the cases.
    static STREAMS: Mutex<Vec<u64>> = Mutex::new(Vec::new());

    #[parametrize(round, [1, 2, 3])]
    fn test_rng_of_each_case(round: u8, mut rng: testkit::Rng) {
        let (number, mut streams) = (rng.next_u64(), STREAMS.lock().unwrap());
        assert!(round > 0 && !streams.contains(&number));
        streams.push(number);
    }

    #[fixture(scope = "session")]
    fn database(worker_id: &testkit::WorkerId, cache: &testkit::Cache) -> String {
        assert!(cache.get("nothing of this name") == None);
        format!("shop_{worker_id}")
    }

    fn test_worker_id(database: &String, worker_id: &testkit::WorkerId) {
        assert!(database == "shop_main" && worker_id.as_str() == "main" && format!("{worker_id:>5}") == " main");
    }

    static PORTS: Mutex<Vec<u16>> = Mutex::new(Vec::new());

    #[parametrize(round, [1, 2, 3])]
    fn test_free_port(round: u8, free_port: u16) {
        std::net::TcpListener::bind(("127.0.0.1", free_port)).unwrap();
        let mut ports = PORTS.lock().unwrap();
        assert!(round > 0 && !ports.contains(&free_port));
        ports.push(free_port);
    }

    mod names_of_their_own {
        /// Of another type, so it is not testkit's.
        pub(super) struct Settings(pub(super) u8);

        #[fixture]
        pub(super) fn env() -> Settings {
            Settings(7)
        }

        fn test_settings(env: &Settings) {
            assert!(env.0 == 7);
        }
    }
}

#[test]
#[should_panic(expected = "`testkit::property` outside of a test that testkit collects")]
fn there_is_nothing_to_say_of_other_tests() {
    testkit::property("name", "value");
}
