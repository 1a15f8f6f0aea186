//! The command on a terminal of its own: what a person sees and types there, and what is not shown.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::harness::{Bench, Call, Running};

/// Makes the terminal the one of a session in which the command is the only program.
const SCRIPT: &str = "exec setsid --ctty --wait \"$MYNUMBER\" \"$@\" <>\"$TERMINAL\" >&0 2>&0";

/// Longer than any command takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether what is typed stands on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    Shown,
    Hidden,
}

/// A terminal at which a command runs.
pub(crate) struct Terminal {
    person: File,
    program: OwnedFd,
    shown: PathBuf,
    reader: JoinHandle<()>,
    running: Running,
    read: usize,
}

impl Terminal {
    /// Runs a call of this bench at a new terminal.
    pub(crate) fn run(bench: &mut Bench, call: impl FnOnce(&Bench) -> Call) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let name = ptsname(&person, Vec::new()).unwrap();
        let program =
            rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let person = File::from(person);
        let shown = bench.path("shown");
        let (mut screen, mut kept) = (person.try_clone().unwrap(), File::create(&shown).unwrap());
        // Ends when nobody holds the other side any more.
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                kept.write_all(&buffer[..count]).unwrap();
            }
        });
        bench.use_script(SCRIPT);
        let running = call(bench).env("TERMINAL", name.to_str().unwrap()).spawn();
        bench.use_no_script();
        Self { person, program, shown, reader, running, read: 0 }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.shown).unwrap()).into_owned()
    }

    fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            assert!(Instant::now() < deadline, "no {what:?} in {:?}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What is typed from now on stands on the screen, or does not.
    fn shows(&self) -> Typed {
        let modes = tcgetattr(&self.program).unwrap().local_modes;
        if modes.contains(LocalModes::ECHO) { Typed::Shown } else { Typed::Hidden }
    }

    /// Waits for a question after what was read before, and until it is ready for such an answer.
    pub(crate) fn wait_for(&mut self, question: &str, typed: Typed) {
        let found = |text: String| text.get(self.read..).and_then(|rest| rest.find(question));
        self.until(question, || found(self.text()).is_some());
        self.read += found(self.text()).unwrap() + question.len();
        self.until(question, || self.shows() == typed);
    }

    pub(crate) fn type_in(&mut self, text: &str) {
        self.person.write_all(text.as_bytes()).unwrap();
    }

    /// Waits for a question and answers it.
    pub(crate) fn answer(&mut self, question: &str, typed: Typed, answer: &str) {
        self.wait_for(question, typed);
        self.type_in(&format!("{answer}\n"));
    }

    /// Waits for the end; the exit code and everything that stood on the screen, on which typing is shown again.
    pub(crate) fn end(self) -> (i32, String) {
        let done = self.running.finish();
        let modes = tcgetattr(&self.program).unwrap().local_modes;
        drop(self.program);
        self.reader.join().unwrap();
        let text = String::from_utf8(std::fs::read(&self.shown).unwrap()).unwrap();
        assert!(modes.contains(LocalModes::ECHO), "{text}");
        assert!(done.stdout.is_empty() && done.stderr.is_empty(), "{done:?}");
        (done.code, text)
    }
}
