//! One card per process, copied per bench; the command run as a child; every output searched for PINs.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use super::program;

/// The signature password of the card.
pub const SIGNATURE: &str = "CANARY77PIN9";
/// Its user-authentication PIN.
pub const AUTHENTICATION: &str = "7391";
/// Its input-assist PIN.
pub const INPUT_ASSIST: &str = "8264";
/// Its juki PIN.
pub const JUKI: &str = "5937";
/// Its My Number: verification number A.
pub const NUMBER: &str = "000000000108";
/// The verification number B of the person below: birth date in era form, expiry year, security code.
pub const NUMBER_B: &str = "02123120359910";
/// A four-digit PIN that is none of the card's.
pub const WRONG: &str = "4680";

const PERSON: &str = r#"
name = "見本　次郎"
address = "見本県試験市架空四丁目５番６号"
birth_date = 1990-12-31
sex = "male"
my_number = "000000000108"
security_code = "9910"
expiry = 2035-12-31
[pins]
signature = "CANARY77PIN9"
user_authentication = "7391"
input_assist = "8264"
juki = "5937"
"#;

/// A folder with a card of its own, and the files of one test.
#[derive(Debug)]
pub struct Bench {
    folder: TempDir,
    script: Option<PathBuf>,
}

/// Copies a folder with all that is in it.
///
/// # Panics
/// When the disk refuses.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// An empty folder for what all tests of this process copy.
pub(super) fn made_once(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = program().with_file_name("tmp").join(own.file_stem().unwrap()).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The cards that all tests of this process copy.
fn master() -> &'static Path {
    static MASTER: OnceLock<PathBuf> = OnceLock::new();
    MASTER.get_or_init(|| {
        let folder = made_once("canary");
        let person = folder.join("canary.toml");
        std::fs::write(&person, PERSON).unwrap();
        let made = Command::new(program())
            .args(["card", "new"])
            .arg(&person)
            .arg("--cards")
            .arg(folder.join("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        folder
    })
}

impl Bench {
    /// A bench with a fresh card, called `canary`.
    ///
    /// # Panics
    /// The card cannot be made or copied.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a copy of a card on disk")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(&master().join("data"), &folder.path().join("data"));
        Self { folder, script: None }
    }

    /// A bench whose card has quirks of behaviour.
    #[must_use]
    pub fn with_quirks(quirks: &str) -> Self {
        let bench = Self::new();
        bench.quirks(Some(quirks));
        bench
    }

    /// Lays quirks over the card, or takes them away.
    ///
    /// # Panics
    /// The file cannot be written or was not there.
    pub fn quirks(&self, quirks: Option<&str>) {
        let path = self.path("data/cards/canary.quirks.toml");
        match quirks {
            Some(text) => std::fs::write(path, text).unwrap(),
            None => std::fs::remove_file(path).unwrap(),
        }
    }

    /// From now on this shell script runs in the place of the command, which it finds in `MYNUMBER`: for faults that are
    /// planted.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn use_script(&mut self, script: &str) {
        self.write("data/script", script);
        self.script = Some(self.path("data/script"));
    }

    /// From now on the command itself runs again.
    pub fn use_no_script(&mut self) {
        self.script = None;
    }

    /// The path of a file of the bench.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The path as an argument.
    ///
    /// # Panics
    /// The folder for temporary files has no name in UTF-8.
    #[must_use]
    pub fn at(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Writes a file and gives its path.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.at(name)
    }

    /// What a file holds.
    ///
    /// # Panics
    /// It cannot be read.
    #[must_use]
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    #[must_use]
    /// A call of the command, on the card of this bench unless `--reader` says otherwise.
    pub fn call(&self, arguments: &[&str]) -> Call {
        let mut call = self.bare_call(arguments);
        if !arguments.contains(&"--reader") {
            call.command.args(["--reader", "virtual:canary"]);
        }
        call
    }

    #[must_use]
    /// A call of the command with these arguments and the folder of cards.
    pub fn bare_call(&self, arguments: &[&str]) -> Call {
        let mut command = match &self.script {
            None => Command::new(program()),
            Some(script) => {
                let mut shell = Command::new("sh");
                shell.arg(script).env("MYNUMBER", program());
                shell
            }
        };
        command
            .args(arguments)
            .args(["--cards", &self.at("data")])
            .current_dir(self.folder.path())
            .env_remove("LC_ALL")
            .env_remove("LC_MESSAGES")
            .env("LANG", "C.UTF-8")
            .env("HOME", self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Call { command, arguments, input: Vec::new(), pins: Vec::new() }
    }

    /// Runs with PINs on standard input, one line each.
    ///
    /// # Panics
    /// The command cannot be run, or a secret stands in what it says.
    #[must_use]
    pub fn run(&self, arguments: &[&str], pins: &[&str]) -> Done {
        self.call(arguments).pins(pins).finish()
    }

    /// The tries left by name of the PIN, as the card's own file says.
    ///
    /// # Panics
    /// The card cannot be shown.
    #[must_use]
    pub fn counters(&self) -> BTreeMap<String, u64> {
        let shown = self.run(&["card", "show", "canary", "--json"], &[]);
        assert_eq!(shown.code, 0, "{shown:?}");
        let pins = shown.json()["pins"].as_array().unwrap().clone();
        let counter = |pin: &Value| {
            (pin["id"].as_str().unwrap().to_owned(), pin["tries_left"].as_u64().unwrap_or_default())
        };
        pins.iter().map(counter).collect()
    }
}

/// A call that has not been made yet.
#[derive(Debug)]
pub struct Call {
    command: Command,
    arguments: Vec<String>,
    input: Vec<u8>,
    pins: Vec<String>,
}

/// A call that has ended.
pub struct Done {
    /// The exit code; -1 for a signal.
    pub code: i32,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

impl Call {
    /// PINs on standard input, one line each; nothing that the command says may hold them.
    #[must_use]
    pub fn pins(mut self, pins: &[&str]) -> Self {
        self.input = pins.iter().flat_map(|pin| format!("{pin}\n").into_bytes()).collect();
        self.pins = pins.iter().map(|&pin| pin.to_owned()).collect();
        self
    }

    /// Standard input.
    #[must_use]
    pub fn input(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.input = bytes.as_ref().to_owned();
        self
    }

    /// A variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Where standard output goes.
    #[must_use]
    pub fn stdout(mut self, to: Stdio) -> Self {
        self.command.stdout(to);
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use]
    pub fn spawn(mut self) -> Running {
        let child = self.command.spawn().unwrap();
        // The command may end without reading all.
        let _ = child.stdin.as_ref().unwrap().write_all(&self.input);
        Running { child, arguments: self.arguments, pins: self.pins }
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// It cannot be run, or a secret stands in what it says.
    #[must_use]
    pub fn finish(self) -> Done {
        self.spawn().finish()
    }
}

/// The command under way.
#[derive(Debug)]
pub struct Running {
    /// The process.
    pub child: Child,
    arguments: Vec<String>,
    pins: Vec<String>,
}

impl Running {
    /// Ctrl-C.
    ///
    /// # Panics
    /// The process cannot be reached.
    pub fn signal(&self) {
        use rustix::process::{Pid, Signal, kill_process};
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// It cannot be run, or a secret stands in what it says.
    #[must_use]
    pub fn finish(self) -> Done {
        let output = self.child.wait_with_output().unwrap();
        let done = Done {
            code: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        no_secret_in(&done, &self.arguments, &self.pins);
        done
    }
}

/// B8: no PIN of the card and none that was typed stands in any output, nor the number where it was not asked for.
fn no_secret_in(done: &Done, arguments: &[String], typed: &[String]) {
    let stdout = done.text();
    let asked_for = |names: &[&str]| names.iter().any(|name| arguments.iter().any(|given| given == name));
    let own = [SIGNATURE, AUTHENTICATION, INPUT_ASSIST, JUKI, NUMBER_B].map(str::to_owned);
    for secret in own.iter().chain(typed.iter().filter(|pin| pin.len() >= 4)) {
        assert!(!shows(&done.stderr, secret), "{arguments:?}: {done:?}");
        // Base64 puts any four digits between signs by chance.
        let by_chance = secret.len() < 6 && asked_for(&["certificate", "sign", "verify"]);
        let is_number = secret == NUMBER && asked_for(&["number", "face"]);
        assert!(by_chance || is_number || !shows(&stdout, secret), "{arguments:?}: {stdout}");
    }
    assert!(!done.stderr.contains(NUMBER), "{arguments:?}: {done:?}");
    assert!(asked_for(&["number"]) || !stdout.contains(NUMBER), "{arguments:?}: {stdout}");
    assert!(!done.stderr.contains("panic"), "{arguments:?}: {done:?}");
}

/// Whether a text shows a secret. Four digits inside a longer word are none: serial numbers of certificates and hashes hold
/// any four by chance.
fn shows(text: &str, secret: &str) -> bool {
    let of_a_word = |next: Option<char>| next.is_some_and(|letter| letter.is_ascii_alphanumeric());
    text.match_indices(secret).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + secret.len()..]);
        secret.len() >= 6 || !(of_a_word(before.chars().next_back()) || of_a_word(after.chars().next()))
    })
}

impl std::fmt::Debug for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}, {:?}, {:?}", self.code, self.text(), self.stderr)
    }
}

impl Done {
    /// Standard output as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output as exactly one JSON document.
    ///
    /// # Panics
    /// It is not.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[must_use]
    /// How often a VERIFY with data was traced.
    pub fn verifies(&self) -> usize {
        self.stderr.lines().filter(|line| line.contains("VERIFY") && line.contains("secret")).count()
    }
}

/// Whether openssl is content with these arguments; what it printed.
///
/// # Panics
/// It is not.
#[expect(clippy::must_use_candidate, reason = "what it printed is not always wanted")]
pub fn openssl(arguments: &[&str]) -> String {
    String::from_utf8_lossy(&openssl_bytes(arguments)).into_owned()
}

/// The same where it prints bytes.
///
/// # Panics
/// It is not content.
#[must_use]
pub fn openssl_bytes(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "openssl {arguments:?}: {shown}");
    output.stdout
}
