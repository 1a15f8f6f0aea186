//! A real PC/SC service for the tests, with virtual readers on ports of its own.
//!
//! The socket of pcscd is fixed when it is built, so a machine has one. A file lock keeps tests, of one binary or of
//! several, from running at the same time. What cannot be started fails the test and says what to install: a test that
//! did not run shall not look like one that passed.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mynumber_transport::pcsc::{Context, ReaderName};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Where pcscd listens, as Debian builds it.
const SOCKET: &str = "/run/pcscd/pcscd.comm";
/// Slots for each entry of the driver, as Debian builds it.
const SLOTS: u16 = 2;
/// Readers that a service has room for, as Debian builds it.
const PLACES: usize = 16;
/// The folder names by which a service that a killed test left behind is known as ours.
const PREFIX: &str = "mynumber-pcscd-";

const INSTALL: &str = "these tests start a real PC/SC service: run them as root, with the packages pcscd, vsmartcard-vpcd \
                       and libpcsclite-dev installed (`cargo xtask test` does), or without the feature `pcsc`";

/// A running pcscd. Dropping it ends the service.
#[derive(Debug)]
pub struct Pcscd {
    child: Option<Child>,
    folder: TempDir,
    first_port: u16,
    readers: u16,
    name: Vec<u8>,
    _lock: File,
}

impl Pcscd {
    /// Starts a service with two virtual readers, and waits for its turn before.
    ///
    /// # Panics
    /// Says what to install or to stop.
    #[must_use]
    pub fn start() -> Self {
        Self::with_readers(SLOTS)
    }

    /// Starts a service with an even number of virtual readers; it has no place for more than 16 and lists no more.
    ///
    /// # Panics
    /// As [`Pcscd::start`].
    #[must_use]
    pub fn with_readers(readers: u16) -> Self {
        Self::with_readers_named(readers, b"Test Reader")
    }

    /// As [`Pcscd::with_readers`] with another beginning of their names, which need not be UTF-8.
    ///
    /// # Panics
    /// As [`Pcscd::start`].
    #[must_use]
    pub fn with_readers_named(readers: u16, name: &[u8]) -> Self {
        let lock = or_fail("open the lock", File::create(std::env::temp_dir().join("mynumber-pcscd.lock")));
        or_fail("lock", lock.lock());
        end_orphans();
        await_no_other_service();
        let folder = or_fail("make a folder", tempfile::Builder::new().prefix(PREFIX).tempdir());
        let mut service = Self {
            child: None,
            folder,
            first_port: free_ports(readers),
            readers,
            name: name.to_owned(),
            _lock: lock,
        };
        service.configure();
        service.run();
        service
    }

    /// The address at which the virtual reader takes a card.
    #[must_use]
    pub const fn slot(&self, index: u16) -> SocketAddr {
        SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), self.first_port.saturating_add(index))
    }

    /// The name of the virtual reader; `index` is that of [`Pcscd::slot`].
    ///
    /// # Panics
    /// The service does not list it.
    #[must_use]
    pub fn reader(&self, index: u16) -> ReaderName {
        let readers = or_fail("list the readers", Context::establish().and_then(|context| context.readers()));
        let name = format!("{} 00 {:02}", friendly_name(index / SLOTS), index % SLOTS);
        let reader = readers.iter().find(|reader| reader.to_string() == name).cloned();
        reader.unwrap_or_else(|| fail(&format!("{name} is not listed: {readers:?}\n{}", self.log())))
    }

    /// Runs the service (again), and waits until it lists its readers.
    ///
    /// # Panics
    /// It does not start.
    pub fn run(&mut self) {
        let log = or_fail("make the log", File::options().append(true).create(true).open(self.log_path()));
        let errors = or_fail("share the log", log.try_clone());
        let child = Command::new(program())
            .args(["--foreground".as_ref(), "--config".as_ref(), self.config().as_os_str()])
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn();
        self.child = Some(or_fail("start pcscd", child));
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.readers_listed() != Some(usize::from(self.readers).min(PLACES)) {
            let ended = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            if ended.is_some() || Instant::now() > deadline {
                fail(&format!("pcscd does not run ({ended:?}): {}\n{INSTALL}", self.log()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Stops the service in order.
    pub fn stop(&mut self) {
        self.end(Signal::TERM);
    }

    /// Kills the service.
    pub fn kill(&mut self) {
        self.end(Signal::KILL);
    }

    /// What the service has logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn end(&mut self, signal: Signal) {
        let Some(mut child) = self.child.take() else { return };
        // Fails only when it has ended already.
        let _ = kill_process(Pid::from_child(&child), signal);
        let deadline = Instant::now() + Duration::from_secs(5);
        while child.try_wait().is_ok_and(|ended| ended.is_none()) {
            if Instant::now() > deadline {
                let _ = child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn readers_listed(&self) -> Option<usize> {
        Context::establish().and_then(|context| context.readers()).ok().map(|readers| readers.len())
    }

    fn configure(&self) {
        let driver = driver();
        or_fail("make the configuration", fs::create_dir(self.config()));
        let folder = self.folder.path();
        for entry in 0..self.readers / SLOTS {
            let port = self.first_port.saturating_add(entry.saturating_mul(SLOTS));
            // The driver has one table of slots for all its entries; a copy is a driver of its own.
            let own = folder.join(format!("libifdvpcd{entry:02}.so"));
            or_fail("copy the driver", fs::copy(&driver, &own));
            let rest = format!(
                " {entry:02}\"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {}\nCHANNELID 0x{port:04X}\n",
                own.display()
            );
            let text = [b"FRIENDLYNAME \"", self.name.as_slice(), rest.as_bytes()].concat();
            or_fail("configure", fs::write(self.config().join(format!("{entry:02}")), text));
        }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("readers")
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Pcscd {
    fn drop(&mut self) {
        self.stop();
    }
}

fn friendly_name(entry: u16) -> String {
    format!("Test Reader {entry:02}")
}

#[expect(clippy::panic, reason = "a test that cannot run fails, and says why")]
fn fail(message: &str) -> ! {
    panic!("{message}")
}

fn or_fail<T, E: std::fmt::Display>(what: &str, outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| fail(&format!("cannot {what}: {error}; {INSTALL}")))
}

fn program() -> PathBuf {
    first_existing(["/usr/sbin/pcscd", "/usr/local/sbin/pcscd", "/usr/bin/pcscd", "/sbin/pcscd"])
        .unwrap_or_else(|| fail(&format!("there is no pcscd; {INSTALL}")))
}

fn driver() -> PathBuf {
    first_existing([
        "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
        "/usr/lib64/pcsc/drivers/serial/libifdvpcd.so",
        "/usr/local/lib/pcsc/drivers/serial/libifdvpcd.so",
    ])
    .unwrap_or_else(|| fail(&format!("there is no driver libifdvpcd.so; {INSTALL}")))
}

fn first_existing<const N: usize>(paths: [&str; N]) -> Option<PathBuf> {
    paths.into_iter().map(PathBuf::from).find(|path| path.exists())
}

/// Consecutive ports that nobody listens on, below those that the system hands out.
fn free_ports(count: u16) -> u16 {
    let offset = u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    let is_free = |port: u16| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
    (0..1000_u16)
        .map(|step| 20_000_u16.saturating_add(offset).saturating_add(step))
        .find(|first| (0..count).all(|index| is_free(first.saturating_add(index))))
        .unwrap_or_else(|| fail("there are no free ports between 20,000 and 31,000"))
}

/// Ends services that a killed test left behind. The lock is ours, so none of them belongs to a running test.
fn end_orphans() {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in processes.filter(|process| is_ours(&process.path())) {
        let number = process.file_name().to_str().and_then(|name| name.parse().ok());
        if let Some(pid) = number.and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

fn is_ours(process: &Path) -> bool {
    let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
    let program = arguments.split(|byte| *byte == 0).next().unwrap_or_default();
    let is_pcscd = Path::new(&*String::from_utf8_lossy(program)).file_name() == Some(OsStr::new("pcscd"));
    is_pcscd && String::from_utf8_lossy(&arguments).contains(PREFIX)
}

/// A service that is not ours is not ours to stop. One that was started on demand ends by itself after a minute.
fn await_no_other_service() {
    let deadline = Instant::now() + Duration::from_secs(90);
    while UnixStream::connect(SOCKET).is_ok() {
        if Instant::now() > deadline {
            fail(
                "another pcscd is running: stop it (`systemctl stop pcscd.socket pcscd.service`) and run the tests again",
            );
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}
