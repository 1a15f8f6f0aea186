//! Ctrl-C, and the hidden prompt on a real terminal.

use std::time::Duration;

use crate::harness::{AUTHENTICATION, Bench, INPUT_ASSIST};
use crate::terminal::{Terminal, Typed};

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

#[test]
fn a_pin_typed_at_the_prompt_is_not_shown() {
    let mut bench = Bench::new();
    let mut terminal = Terminal::run(&mut bench, |bench| bench.call(&["attributes"]));
    terminal.answer("input-assist PIN: ", Typed::Hidden, INPUT_ASSIST);
    let (code, text) = terminal.end();
    assert!(code == 0 && text.contains("見本　次郎") && !text.contains(INPUT_ASSIST), "{text}");
}

#[test]
fn a_new_pin_is_asked_for_twice_until_both_agree() {
    let mut bench = Bench::new();
    let before = bench.counters();
    for (rounds, code) in [(&[["2580", "2581"]; 3][..], 13), (&[["258", "258"], ["2580", "2580"]], 0)] {
        let mut terminal = Terminal::run(&mut bench, |bench| bench.call(&["pin", "change", "auth"]));
        terminal.answer("PIN: ", Typed::Hidden, AUTHENTICATION);
        for [first, second] in rounds {
            terminal.answer("new user-authentication PIN: ", Typed::Hidden, first);
            terminal.answer("once more: ", Typed::Hidden, second);
        }
        let (ended, text) = terminal.end();
        assert!(ended == code && !text.contains("258"), "{text}");
        assert_eq!(text.matches("the two entries differ").count(), if code == 13 { 3 } else { 0 });
    }
    assert_eq!(bench.counters(), before);
}

#[test]
fn ctrl_c_at_the_prompt_gives_the_echo_back_and_exits_130() {
    let mut bench = Bench::new();
    let mut terminal = Terminal::run(&mut bench, |bench| bench.call(&["attributes"]));
    terminal.wait_for("input-assist PIN: ", Typed::Hidden);
    terminal.type_in("82\u{3}");
    let (code, text) = terminal.end();
    assert_eq!(code, 130, "{text}");
}
