//! A PostgreSQL server for the tests: its data in a temporary folder, reached by a socket in the same folder. What
//! cannot be started fails the test and says what to install: a test that did not run shall not look like one that passed.
//! The tests of `issuance`, which may not name this package, compile this file too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const INSTALL: &str =
    "these tests start a PostgreSQL server: install the package postgresql (`cargo xtask test` does)";

/// Ends with the test program, however that ends: the shell waits for the end of its input, which the program holds
/// open.
const KEEPER: &str = r#""$@" >"$FOLDER/log" 2>&1 & server=$!
read _; kill -QUIT $server; wait $server; rm -rf "$FOLDER""#;

/// A running server.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    _keeper: Child,
}

/// The server of this test program, started for the first test that asks.
///
/// # Panics
/// It cannot be started.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

impl Server {
    fn start() -> Self {
        let programs = programs().expect(INSTALL);
        let folder = tempfile::Builder::new().prefix("mynumber-postgres-").tempdir().unwrap().keep();
        if is_root() {
            let id = |flag| number(&Command::new("id").args([flag, "postgres"]).output().unwrap());
            std::os::unix::fs::chown(&folder, Some(id("-u")), Some(id("-g"))).unwrap();
        }
        let data = folder.join("data");
        let made = as_server_user(&programs.join("initdb"))
            .args([
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth=trust",
                "--username=desk",
                "-D",
            ])
            .arg(&data)
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let server = as_server_user(&programs.join("postgres"));
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh"])
            .arg(server.get_program())
            .args(server.get_args())
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=", "-c", "max_connections=60", "-k"])
            .arg(&folder)
            .env("FOLDER", &folder)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { folder, programs, _keeper: keeper };
        server.await_answer();
        server
    }

    fn await_answer(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.run("pg_isready", &[], "postgres").status.success() {
            assert!(Instant::now() < deadline, "{}", fs::read_to_string(self.folder.join("log")).unwrap());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs one of PostgreSQL's own programs on a database.
    ///
    /// # Panics
    /// The program cannot be run.
    #[must_use]
    pub fn run(&self, program: &str, arguments: &[&str], database: &str) -> Output {
        Command::new(self.programs.join(program))
            .arg("-h")
            .arg(&self.folder)
            .args(["-U", "desk", "-d", database])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// A new, empty database.
    ///
    /// # Panics
    /// The server refuses.
    #[must_use]
    pub fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("cases{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let made = self.run("psql", &["-c", &format!("CREATE DATABASE {name}")], "postgres");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        name
    }

    /// The parameters of a connection to a database.
    #[must_use]
    pub fn parameters(&self, database: &str) -> String {
        format!("host={} user=desk dbname={database}", self.folder.display())
    }
}

fn is_root() -> bool {
    number(&Command::new("id").arg("-u").output().unwrap()) == 0
}

fn number(output: &Output) -> u32 {
    String::from_utf8_lossy(&output.stdout).trim().parse().expect(INSTALL)
}

/// The server refuses to run as root.
fn as_server_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command
}

/// Where the newest server's programs are.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .max();
    // Elsewhere than on Debian they are on the path.
    let on_path = || {
        let asked = Command::new("pg_config").arg("--bindir").output().ok()?;
        let folder = PathBuf::from(String::from_utf8(asked.stdout).ok()?.trim());
        folder.join("initdb").is_file().then_some(folder)
    };
    newest.map(|(_, folder)| folder).or_else(on_path)
}
