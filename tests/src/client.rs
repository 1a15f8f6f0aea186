//! Programs that nobody here wrote, run against a card, with a time limit and everything they say at hand.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// No client needs longer, on a busy machine either.
const LIMIT: Duration = Duration::from_secs(60);

/// A program to run, and the package that it comes in.
#[derive(Debug)]
pub struct Client {
    command: Command,
    shown: String,
    package: &'static str,
    input: Vec<u8>,
}

impl Client {
    /// The program `name`; a test that lacks it fails and names `package`.
    #[must_use]
    pub fn new(name: &str, package: &'static str) -> Self {
        let mut command = Command::new(name);
        // The texts that the tests look for are English; the terminal of whoever runs the tests is nobody's business.
        command.env("LC_ALL", "C.UTF-8").env("TERM", "dumb").env_remove("DISPLAY");
        Self { command, shown: name.to_owned(), package, input: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        let argument = argument.as_ref();
        self.shown = format!("{} {}", self.shown, argument.to_string_lossy());
        self.command.arg(argument);
        self
    }

    /// Adds arguments that spaces part.
    #[must_use]
    pub fn args(self, arguments: &str) -> Self {
        arguments.split_whitespace().fold(self, Self::arg)
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What it reads from its standard input; nothing without this.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// It is not installed, or did not end within the limit.
    #[must_use]
    pub fn run(mut self) -> Outcome {
        let piped = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = match piped.spawn() {
            Ok(child) => child,
            Err(error) => fail(&format!("{}: {error}; install the package {}", self.shown, self.package)),
        };
        if let Some(mut stdin) = child.stdin.take() {
            // A client that does not read its input is free not to.
            let _ = stdin.write_all(&self.input);
        }
        let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
        let status = await_end(&mut child);
        let (stdout, stderr) = (collected(stdout), collected(stderr));
        let outcome = Outcome { shown: self.shown, status: status.ok(), stdout, stderr };
        assert!(outcome.status.is_some(), "it did not end within {LIMIT:?}\n{outcome}");
        outcome
    }
}

/// What a client did.
#[derive(Debug)]
pub struct Outcome {
    shown: String,
    status: Option<ExitStatus>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Outcome {
    /// It says that it succeeded.
    ///
    /// # Panics
    /// With all that it said, when it does not.
    #[must_use]
    pub fn success(self) -> Self {
        assert!(self.status.is_some_and(|status| status.success()), "it failed\n{self}");
        self
    }

    /// It says that it failed.
    ///
    /// # Panics
    /// With all that it said, when it does not.
    #[must_use]
    pub fn failure(self) -> Self {
        assert!(self.status.is_some_and(|status| !status.success()), "it succeeded\n{self}");
        self
    }

    /// Its output or its errors contain each of these texts.
    ///
    /// # Panics
    /// With all that it said, when one is missing.
    pub fn says<const N: usize>(&self, texts: [&str; N]) {
        let all = self.text() + &String::from_utf8_lossy(&self.stderr);
        for text in texts {
            assert!(all.contains(text), "{text:?} is missing\n{self}");
        }
    }

    /// Its output and its errors contain none of these texts.
    ///
    /// # Panics
    /// With all that it said, when one is there.
    pub fn says_none_of<const N: usize>(&self, texts: [&str; N]) {
        let all = self.text() + &String::from_utf8_lossy(&self.stderr);
        for text in texts {
            assert!(!all.contains(text), "{text:?} is there\n{self}");
        }
    }

    /// How often its output contains the text.
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        self.text().matches(text).count()
    }

    /// Its standard output.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Its standard output, as bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.stdout
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (stdout, stderr) = (self.text(), String::from_utf8_lossy(&self.stderr));
        let status = self.status.map_or_else(|| "ended by us".to_owned(), |status| status.to_string());
        write!(f, "$ {}\n{stdout}\n--- standard error:\n{stderr}\n--- {status}", self.shown)
    }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> Option<JoinHandle<Vec<u8>>> {
    let mut stream = stream?;
    Some(thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read until the stream broke is what there is to show.
        let _ = stream.read_to_end(&mut bytes);
        bytes
    }))
}

fn collected(reader: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    reader.and_then(|thread| thread.join().ok()).unwrap_or_default()
}

fn await_end(child: &mut Child) -> io::Result<ExitStatus> {
    let deadline = Instant::now() + LIMIT;
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(status),
            None if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            None => {
                child.kill()?;
                child.wait()?;
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }
}

#[expect(clippy::panic, reason = "a test that cannot run fails, and says why")]
fn fail(message: &str) -> ! {
    panic!("{message}")
}
