//! Ctrl-C, and the hidden prompt on a real terminal.

use std::io::{Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::harness::{AUTHENTICATION, Bench, INPUT_ASSIST, PROGRAM};

#[test]
fn c10_a_signal_during_a_slow_command_exits_130_and_loses_no_try() {
    for (after, arguments) in
        [(450, &["sign", "message", "--key", "auth", "-o", "out"][..]), (750, &["attributes"])]
    {
        let bench = Bench::with_quirks("delay-ms = 300\n");
        bench.write("message", "m");
        let pin = if arguments[0] == "sign" { AUTHENTICATION } else { INPUT_ASSIST };
        let running = bench.call(arguments).pins(&[pin]).spawn();
        std::thread::sleep(Duration::from_millis(after));
        running.signal();
        let done = running.finish();
        assert_eq!((done.code, done.stdout.len()), (130, 0), "{done:?}");
        assert!(!bench.path("out").exists());
        let counters = bench.counters();
        assert_eq!((counters["UserAuthentication"], counters["InputAssist"]), (3, 3));
    }
}

#[test]
fn c10_a_session_by_hand_ends_in_good_order_while_no_line_comes() {
    let bench = Bench::new();
    let mut running = bench.call(&["apdu"]).input("00A4040C0AD392F000260100000001\n").spawn();
    let silent = running.child.stdin.take();
    std::thread::sleep(Duration::from_millis(400));
    running.signal();
    assert_eq!(running.finish().code, 130);
    drop(silent);
}

#[test]
fn c10_a_signal_while_a_pin_is_awaited_exits_130() {
    let bench = Bench::new();
    let mut running = bench.call(&["attributes"]).spawn();
    let silent = running.child.stdin.take();
    std::thread::sleep(Duration::from_millis(400));
    running.signal();
    assert_eq!(running.finish().code, 130);
    drop(silent);
}

/// A shell on a terminal of its own, made by `script` (bsdutils).
struct Terminal {
    child: Child,
    shown: ChildStdout,
    text: String,
}

impl Terminal {
    fn run(bench: &Bench, arguments: &str) -> Self {
        let line = format!(
            "trap : INT; {PROGRAM} {arguments} --reader virtual:canary --cards {}; echo code=$?; stty -a; echo end",
            bench.at("data")
        );
        let mut child = Command::new("script")
            .args(["-qfc", &line, "/dev/null"])
            .env("SHELL", "/bin/sh")
            .env("LANG", "C.UTF-8")
            .env_remove("LC_ALL")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let shown = child.stdout.take().unwrap();
        Self { child, shown, text: String::new() }
    }

    fn wait_for(&mut self, part: &str) {
        let from = self.text.len();
        let mut buffer = [0; 4096];
        while !self.text[from..].contains(part) {
            let count = self.shown.read(&mut buffer).unwrap();
            assert!(count > 0, "no {part:?} in {:?}", self.text);
            self.text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        // The prompt switches the echo off right after it is shown.
        std::thread::sleep(Duration::from_millis(200));
    }

    fn type_in(&mut self, text: &str) {
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn end(mut self) -> String {
        self.wait_for("end\r\n");
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
        self.text
    }
}

#[test]
fn a_pin_typed_at_the_prompt_is_not_shown() {
    let bench = Bench::new();
    let mut terminal = Terminal::run(&bench, "attributes");
    terminal.wait_for("input-assist PIN: ");
    terminal.type_in(&format!("{INPUT_ASSIST}\n"));
    let text = terminal.end();
    assert!(text.contains("見本　次郎") && text.contains("code=0"), "{text}");
    assert!(!text.contains(INPUT_ASSIST) && text.contains(" echo "), "{text}");
}

#[test]
fn a_new_pin_is_asked_for_twice() {
    let bench = Bench::new();
    let before = bench.counters();
    for (second, code) in [("2581", "code=13"), ("2580", "code=0")] {
        let mut terminal = Terminal::run(&bench, "pin change auth");
        for (prompt, typed) in
            [("PIN: ", AUTHENTICATION), ("new user-authentication PIN: ", "2580"), ("once more: ", second)]
        {
            terminal.wait_for(prompt);
            terminal.type_in(&format!("{typed}\n"));
        }
        let text = terminal.end();
        assert!(text.contains(code) && !text.contains("258"), "{text}");
    }
    assert_eq!(bench.counters(), before);
}

#[test]
fn ctrl_c_at_the_prompt_gives_the_echo_back_and_exits_130() {
    let bench = Bench::new();
    let mut terminal = Terminal::run(&bench, "attributes");
    terminal.wait_for("input-assist PIN: ");
    terminal.type_in("82\u{3}");
    let text = terminal.end();
    assert!(text.contains("code=130") && text.contains(" echo ") && !text.contains(" -echo "), "{text}");
}
