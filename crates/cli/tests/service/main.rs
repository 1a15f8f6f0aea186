//! The command through the real PC/SC service: what other programs, the service and the holder of the card may do.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::process::{Child, Stdio};
use std::time::Duration;

use mynumber::transport::pcsc::{Context, Options, Sharing};
use mynumber::transport::vpcd::{Plugged, plug};
use mynumber::transport::{CardSide, Disposition, PowerEvent, Transport};
use rustix::process::{Pid, Signal, kill_process};
use testkit::PlainCard;
use testkit::command::{AUTHENTICATION, Bench, Done, INPUT_ASSIST, SIGNATURE};
use testkit::pcscd::Pcscd;

const READER: &str = "Test Reader 00 00 00";

/// A service with the card of a bench in its first reader, put there by `mynumber card serve`.
struct Desk {
    bench: Bench,
    service: Pcscd,
    served: Option<Served>,
}

/// `mynumber card serve` under way.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.0), Signal::INT);
        let _ = self.0.wait();
    }
}

impl Desk {
    fn empty() -> Self {
        let bench = Bench::new();
        bench.write("message", "m");
        Self { bench, service: Pcscd::start(), served: None }
    }

    fn with_card(quirks: &str) -> Self {
        let mut desk = Self::empty();
        desk.insert(0, quirks);
        desk
    }

    fn insert(&mut self, slot: u16, quirks: &str) {
        let port = self.service.slot(slot).port().to_string();
        let quirks = self.bench.write("serve.toml", quirks);
        let arguments = ["card", "serve", "canary", "--quiet", "--port", &port, "--quirks", &quirks];
        self.served = Some(Served(self.bench.bare_call(&arguments).stdout(Stdio::null()).spawn().child));
        let reader = format!("Test Reader 00 00 {slot:02}");
        let context = Context::establish().unwrap();
        let name = context.readers().unwrap().into_iter().find(|name| name.to_string() == reader).unwrap();
        context
            .wait_for_card(Some(&name), Some(Duration::from_secs(15)), &Options::default().cancel)
            .unwrap();
    }

    fn run(&self, arguments: &[&str], pins: &[&str]) -> Done {
        self.bench.bare_call(arguments).pins(pins).finish()
    }

    /// B7: another process asks for signatures without a PIN.
    fn is_locked(&self) -> bool {
        let select = "00A4040C0AD392F000260100000001";
        let info = "3031300D060960864801650304020105000420";
        [0x97, 0x9A].into_iter().all(|key| {
            let sign = format!("802A00{key:02X}33{info}{}00", "00".repeat(32));
            let done = self.run(&["apdu", select, &sign, "--reader", READER], &[]);
            done.code == 32 && done.text().contains("< 6982")
        })
    }

    fn connect(&self, sharing: Sharing) -> impl Transport {
        let options = Options { sharing, ..Options::default() };
        Context::establish().unwrap().connect(&self.service.reader(0), &options).unwrap()
    }
}

/// A card of another kind: it knows none of the applications.
struct Other;

impl CardSide for Other {
    fn respond(&mut self, _: &[u8]) -> Option<Vec<u8>> {
        Some(vec![0x6A, 0x82])
    }

    fn power(&mut self, _: PowerEvent) {}

    fn atr(&self) -> Vec<u8> {
        vec![0x3B, 0x80, 0x80, 0x01, 0x01]
    }
}

fn put_in<C: CardSide + Send + 'static>(desk: &Desk, card: C) -> Plugged<C> {
    let plugged = plug(card, desk.service.slot(0)).unwrap();
    let context = Context::establish().unwrap();
    let reader = desk.service.reader(0);
    context.wait_for_card(Some(&reader), Some(Duration::from_secs(15)), &Options::default().cancel).unwrap();
    plugged
}

#[test]
fn b7_every_command_works_and_leaves_the_card_locked() {
    let desk = Desk::with_card("");
    let commands: [(&[&str], &[&str]); 12] = [
        (&["status"], &[]),
        (&["readers", "--json"], &[]),
        (&["wait"], &[]),
        (&["doctor"], &[]),
        (&["attributes"], &[INPUT_ASSIST]),
        (&["number"], &[INPUT_ASSIST]),
        (&["face", "-o", "out"], &[INPUT_ASSIST]),
        (&["certificate", "sign"], &[SIGNATURE]),
        (&["sign", "message", "-o", "one", "--reader", "0"], &[SIGNATURE]),
        (&["sign", "message", "-o", "two", "--key", "auth", "--reader", READER], &[AUTHENTICATION]),
        (&["pin", "change", "auth"], &[AUTHENTICATION, "2580"]),
        (&["pin", "change", "auth", "--reader", "Test"], &["2580", AUTHENTICATION]),
    ];
    for (arguments, pins) in commands {
        let arguments = if arguments.contains(&"Test") { &arguments[..3] } else { arguments };
        let done = desk.run(arguments, pins);
        assert_eq!(done.code, 0, "{arguments:?}: {done:?}");
        assert!(desk.is_locked(), "{arguments:?}");
    }
    let readers = desk.run(&["readers", "--json"], &[]).json();
    let flags: Vec<bool> =
        readers["readers"].as_array().unwrap().iter().map(|one| one["my_number_card"] == true).collect();
    assert_eq!(flags, [true, false]);
    let wrong = desk.run(&["attributes"], &["4680"]);
    assert!(wrong.code == 10 && desk.is_locked(), "{wrong:?}");
    assert_eq!(desk.run(&["status", "--reader", "no such reader"], &[]).code, 21);
    assert_eq!(desk.run(&["status", "--reader", "Test Reader 00 00 01"], &[]).code, 22);
}

#[test]
fn waiting_for_a_card_and_for_its_removal() {
    let mut desk = Desk::empty();
    for arguments in [&["status"][..], &["attributes", "--reader", READER]] {
        assert_eq!(desk.run(arguments, &[]).code, 22, "{arguments:?}");
    }
    for arguments in [&["wait"][..], &["wait", "--reader", READER], &["status"]] {
        let late = desk.run(&[arguments, &["--timeout", "0.4"]].concat(), &[]);
        assert_eq!(late.code, 26, "{arguments:?}: {late:?}");
    }
    let doctor = desk.run(&["doctor", "--json"], &[]);
    assert!(doctor.code == 40 && doctor.text().contains("no card"), "{doctor:?}");
    let none = desk.run(&["wait", "--removal", "--json"], &[]);
    assert!(none.code == 0 && none.json()["reader"].is_null(), "{none:?}");
    let waiting = desk.bench.bare_call(&["wait", "--timeout", "20", "--json"]).spawn();
    desk.insert(0, "");
    let came = waiting.finish();
    assert!(came.code == 0 && came.json()["reader"] == READER, "{came:?}");
    assert_eq!(desk.run(&["wait", "--removal", "--timeout", "0.4"], &[]).code, 26);
    let waiting = desk.bench.bare_call(&["wait", "--removal", "--json"]).spawn();
    std::thread::sleep(Duration::from_millis(500));
    desk.served = None;
    let gone = waiting.finish();
    assert!(gone.code == 0 && gone.json()["card_present"] == false, "{gone:?}");
    let cancelled = desk.bench.bare_call(&["wait"]).spawn();
    std::thread::sleep(Duration::from_millis(500));
    cancelled.signal();
    assert_eq!(cancelled.finish().code, 130);
}

#[test]
fn c3_without_the_service_the_command_says_how_to_start_it() {
    let mut desk = Desk::with_card("");
    desk.service.stop();
    for arguments in [&["status"][..], &["readers"], &["wait"], &["sign", "message", "--key", "auth"]] {
        let done = desk.run(arguments, &[AUTHENTICATION]);
        assert!(done.code == 20 && done.stderr.contains("systemctl start pcscd"), "{done:?}");
    }
    let doctor = desk.run(&["doctor"], &[]);
    assert!(doctor.code == 40 && doctor.text().contains("systemctl start pcscd"), "{doctor:?}");
    let japanese = desk.run(&["status", "--lang", "ja"], &[]);
    assert!(japanese.stderr.contains("PC/SCサービスが動いていません"));
    desk.service.run();
    let again = desk.run(&["status", "--timeout", "15"], &[]);
    assert_eq!(again.code, 0, "{again:?}");
}

#[test]
fn c3_the_service_stopped_in_the_middle_is_typed_and_loses_no_try() {
    let mut desk = Desk::with_card("delay-ms = 300\n");
    let running = desk.bench.bare_call(&["sign", "message", "-o", "out"]).pins(&[SIGNATURE]).spawn();
    std::thread::sleep(Duration::from_millis(900));
    desk.service.kill();
    let done = running.finish();
    assert!([14, 20, 21, 23, 24].contains(&done.code), "{done:?}");
    assert!(!desk.bench.path("out").exists());
    desk.served = None;
    assert_eq!(desk.bench.counters()["Signature"], 5);
}

#[test]
fn c2_another_program_that_holds_the_card_is_told() {
    let desk = Desk::with_card("");
    {
        let _exclusive = desk.connect(Sharing::Exclusive);
        let done = desk.run(&["status", "--timeout", "0.5"], &[]);
        assert_eq!(done.code, 25, "{done:?}");
        let doctor = desk.run(&["doctor", "--timeout", "0.5"], &[]);
        assert!(doctor.code == 40 && doctor.text().contains("close the other program"), "{doctor:?}");
    }
    {
        let mut shared = desk.connect(Sharing::Shared);
        shared.begin().unwrap();
        let done = desk.run(&["attributes", "--timeout", "0.5", "--trace"], &[INPUT_ASSIST]);
        assert_eq!((done.code, done.verifies()), (25, 0), "{done:?}");
        let waiting = desk.bench.bare_call(&["attributes", "--timeout", "15"]).pins(&[INPUT_ASSIST]).spawn();
        std::thread::sleep(Duration::from_millis(600));
        shared.end(Disposition::Leave).unwrap();
        assert_eq!(waiting.finish().code, 0);
    }
}

#[test]
fn c10_ctrl_c_during_a_slow_verify_or_signature_exits_130_and_locks_the_card() {
    for after in [500, 700, 900, 1100] {
        let desk = Desk::with_card("delay-ms = 200\n");
        let arguments = ["sign", "message", "-o", "out", "--reader", READER];
        let running = desk.bench.bare_call(&arguments).pins(&[SIGNATURE]).spawn();
        std::thread::sleep(Duration::from_millis(after));
        running.signal();
        let done = running.finish();
        assert_eq!(done.code, 130, "after {after} ms: {done:?}");
        assert!(!desk.bench.path("out").exists() && desk.is_locked(), "after {after} ms");
    }
}

#[test]
fn c1_a_card_pulled_in_the_reader_is_told() {
    for (count, arguments, pin) in [
        (2, &["attributes"][..], INPUT_ASSIST),
        (3, &["sign", "message", "-o", "out"], SIGNATURE),
        (4, &["sign", "message", "-o", "out"], SIGNATURE),
    ] {
        let mut desk = Desk::with_card(&format!("removed-after = {count}\n"));
        let done = desk.run(&[arguments, &["--reader", READER]].concat(), &[pin]);
        assert!([14, 23].contains(&done.code), "after {count}: {done:?}");
        assert!(!desk.bench.path("out").exists());
        desk.served = None;
        desk.insert(0, "");
        let again = desk.run(&[arguments, &["--reader", READER]].concat(), &[pin]);
        assert_eq!(again.code, 0, "{again:?}");
    }
}

#[test]
fn a13_another_kind_of_card_is_told_and_passed_over() {
    let mut desk = Desk::empty();
    let _other = put_in(&desk, Other);
    for arguments in [&["status"][..], &["wait"], &["attributes"]] {
        let done = desk.run(&[arguments, &["--trace"]].concat(), &[INPUT_ASSIST]);
        assert_eq!((done.code, done.verifies()), (30, 0), "{arguments:?}: {done:?}");
    }
    let doctor = desk.run(&["doctor"], &[]);
    assert!(doctor.code == 40 && doctor.text().contains("not a My Number Card"), "{doctor:?}");
    desk.insert(1, "");
    let chosen = desk.run(&["attributes"], &[INPUT_ASSIST]);
    assert_eq!(chosen.code, 0, "the other reader holds the card: {chosen:?}");
    let readers = desk.run(&["readers"], &[]).text();
    assert!(readers.contains("0: Test Reader 00 00 00: not a My Number Card"), "{readers}");
    assert!(readers.contains("1: Test Reader 00 00 01: My Number Card"), "{readers}");
}

#[test]
fn a13_a_card_that_says_yes_to_everything_gets_no_pin() {
    let desk = Desk::empty();
    let _plain = put_in(&desk, PlainCard::new().0);
    for (arguments, code) in [(&["status"][..], 30), (&["doctor"], 40)] {
        let done = desk.run(arguments, &[]);
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
    }
    for arguments in [&["attributes", "--trace"][..], &["sign", "message", "--key", "auth", "--trace"]] {
        let done = desk.run(arguments, &[AUTHENTICATION]);
        assert!(done.code != 0 && done.verifies() == 0, "{done:?}");
    }
}
