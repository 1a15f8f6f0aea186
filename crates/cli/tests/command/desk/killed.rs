//! The process of a delivery killed at every write of store and card and at every exchange with the card, aborted by a
//! fault, and the card pulled at every exchange: afterwards each case is untouched, to be resumed or taken back, or done,
//! and can be gone on with to its end. And that of a batch of cards killed at every write.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mynumber::applet::PinId;
use mynumber::virtual_card::{MemoryStorage, VirtualCard};

use super::{IN_ORDER, Office, PINS, form_id, record, serial};
use crate::harness::{Call, Done, copy_folder};

const SET: [PinId; 5] =
    [PinId::Signature, PinId::UserAuthentication, PinId::Juki, PinId::Common, PinId::InputAssist];

const KILLED: i32 = -1;
const REMOVED: i32 = 23;
const UNFINISHED: i32 = 67;

/// What changes a file. Each is counted by itself.
const WRITES: [&str; 10] = [
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "ftruncate",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
];

/// How a process waits.
const PAUSES: &str = "nanosleep,clock_nanosleep";

/// Runs the command, which may make core dumps as large as it likes, and ends it as it enters the call of the system of
/// this number, of each kind of call.
const AT_A_CALL: &str = "ulimit -c unlimited; exec strace -f -qq -o /dev/null -e trace=$CALLS \
    -e inject=$CALLS:signal=$SIGNAL:when=$WHEN \"$MYNUMBER\" \"$@\"";

/// How far each of the states is.
fn place(state: &str) -> usize {
    let way = ["noticed", "at-counter", "identified", "setting-pins", "pins-set", "handed-over"];
    way.iter().position(|name| *name == state).unwrap_or_else(|| panic!("{state} is none of a delivery"))
}

/// Never done by halves: from the store's word that the PINs are set, all are; before its word that they are being set,
/// none is. Gives the place.
fn agrees(state: &str, set: usize, when: &str) -> usize {
    match state {
        "setting-pins" => {}
        "pins-set" | "handed-over" => assert_eq!(set, SET.len(), "{when}: {state}"),
        _ => assert_eq!(set, 0, "{when}: {state}"),
    }
    place(state)
}

/// Nothing that was typed stands in the files of the store, the audit log among them, or in a core dump.
fn no_pin_is_kept(folder: &Path, when: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!name.starts_with("core"), "{when}: {name}");
        if !name.starts_with("cases.db") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for pin in PINS {
            assert!(!bytes.windows(pin.len()).any(|part| part == pin.as_bytes()), "{when}: {name}");
        }
    }
}

/// How many of the references are set, as the card's own file says.
fn set_on_file(office: &Office, number: u32) -> usize {
    let bytes = office.bench.read(&format!("data/cards/{}.card", serial(number)));
    let card = VirtualCard::open(MemoryStorage::holding(&bytes), mynumber::system_random()).unwrap();
    SET.into_iter().filter(|pin| card.tries_left(*pin).is_some_and(|tries| tries > 0)).count()
}

/// The delivery of which every round is one.
fn delivery(office: &Office) -> Call {
    let reader = format!("virtual:{}", serial(1));
    office.call(&[&["deliver", "1", "--reader", &reader][..], &IN_ORDER].concat()).pins(&PINS)
}

/// The same, ended as it enters the call of this number.
fn ended(office: &mut Office, calls: &str, signal: &str, number: usize) -> Done {
    office.bench.use_script(AT_A_CALL);
    let call = delivery(office).env("CALLS", calls).env("SIGNAL", signal);
    let done = call.env("WHEN", &number.to_string()).finish();
    office.bench.use_no_script();
    done
}

/// The same with a fault of the wire at the exchange of this number; whether there is such an exchange is for others to
/// find out.
fn with_fault(
    office: &mut Office,
    number: usize,
    fault: &str,
    run: impl FnOnce(&mut Office) -> Done,
) -> Done {
    let file = format!("data/cards/{}.faults", serial(1));
    office.bench.write(&file, format!("{number} {fault}\n"));
    let done = run(office);
    std::fs::remove_file(office.bench.path(&file)).unwrap();
    done
}

/// Looks at what an interruption left, and goes on to the end: with other steps where the rounds have odd numbers. Counts
/// the states found.
fn is_right(office: &Office, done: &Done, (number, when): (usize, &str), seen: &Mutex<[usize; 6]>) {
    no_pin_is_kept(&office.bench.path(""), when);
    let (state, set) = (office.state(1), set_on_file(office, 1));
    let at = agrees(&state, set, when);
    if done.code == 0 {
        assert_eq!(state, "handed-over", "{when}");
    }
    seen.lock().unwrap()[at] += 1;
    if state == "setting-pins" && number % 2 == 1 {
        let back = office.on_card(super::DAY, 1, &["pin", "setup", "1", "--roll-back"], &[]);
        assert_eq!((back.code, office.state(1).as_str()), (0, "identified"), "{when}: {back:?}");
        assert_eq!(set_on_file(office, 1), 0, "{when}");
    }
    go_on(office, &state, when);
    assert_eq!(set_on_file(office, 1), SET.len(), "{when}");
}

/// Everything that is left of a delivery, by the command; then the log is whole.
fn go_on(office: &Office, state: &str, when: &str) {
    if state != "handed-over" {
        let pins: &[&str] = if place(state) < place("pins-set") { &PINS } else { &[] };
        let done = delivery(office).pins(pins).finish();
        assert_eq!((done.code, office.state(1).as_str()), (0, "handed-over"), "{when}: {done:?}");
    }
    let audit = office.desk(&["audit", "verify"]);
    assert_eq!(audit.code, 0, "{when}: {audit:?}");
    no_pin_is_kept(&office.bench.path(""), when);
}

/// Rounds with the numbers from `first` on, on all cores, until one says that there is nothing more; the states found.
fn rounds(first: usize, round: impl Fn(usize, &Mutex<[usize; 6]>) -> bool + Sync) -> [usize; 6] {
    // Made once, before the threads begin.
    drop(Office::noticed());
    let (next, seen) = (AtomicUsize::new(first), Mutex::new([0; 6]));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().unwrap().get() {
            scope.spawn(|| while round(next.fetch_add(1, Ordering::Relaxed), &seen) {});
        }
    });
    seen.into_inner().unwrap()
}

#[test]
fn c1_a_delivery_killed_at_any_write_of_store_or_card_is_untouched_resumable_or_done() {
    let mut seen = [0; 6];
    for call in WRITES {
        let found = rounds(1, |number, seen| {
            let mut office = Office::noticed();
            let signal = if number.is_multiple_of(5) { "ABRT" } else { "KILL" };
            let done = ended(&mut office, call, signal, number);
            is_right(&office, &done, (number, &format!("{call} {number}")), seen);
            done.code != 0
        });
        println!("killed at {call}, by the state found: {found:?}");
        seen.iter_mut().zip(found).for_each(|(all, found)| *all += found);
    }
    assert!(seen.iter().all(|count| *count > 0) && seen.iter().sum::<usize>() > 50, "{seen:?}");
}

#[test]
fn c1_a_delivery_killed_at_any_exchange_is_untouched_resumable_or_done() {
    let seen = rounds(0, |number, seen| {
        let mut office = Office::noticed();
        // The process waits with the command in its hand, and does not live to hear the answer.
        let done = with_fault(&mut office, number, "delay 60000", |office| ended(office, PAUSES, "KILL", 1));
        assert!([0, KILLED].contains(&done.code), "{number}: {done:?}");
        is_right(&office, &done, (number, &format!("killed at exchange {number}")), seen);
        done.code != 0
    });
    println!("killed at an exchange, by the state found: {seen:?}");
    let [.., identified, setting, _, done] = seen;
    assert!(identified > 3 && setting > 10 && done > 0, "{seen:?}");
}

#[test]
fn c1_a_card_pulled_at_any_exchange_of_a_delivery_is_untouched_resumable_or_done() {
    let seen = rounds(0, |number, seen| {
        let mut missed = false;
        for fault in ["removed before", "removed after"] {
            let mut office = Office::noticed();
            let done = with_fault(&mut office, number, fault, |office| delivery(office).finish());
            assert!([0, REMOVED, UNFINISHED].contains(&done.code), "{fault} {number}: {done:?}");
            is_right(&office, &done, (number, &format!("{fault} {number}")), seen);
            missed |= done.code == 0;
        }
        !missed
    });
    println!("pulled, by the state found: {seen:?}");
    let [.., identified, setting, _, done] = seen;
    assert!(identified > 6 && setting > 20 && done > 0, "{seen:?}");
}

/// Two orders, and the authority that makes their cards.
fn with_orders() -> Office {
    let office = Office::with_applications(2);
    let order = |number| {
        office.bench.write(&format!("r{number}.toml"), record(number));
        format!("{},r{number}.toml\n", form_id(number))
    };
    office.bench.write("first.csv", format!("form_id,record\n{}", order(9)));
    office.bench.write("orders.csv", format!("form_id,record\n{}{}", order(1), order(2)));
    let made = office.desk(&["personalise", "first.csv", "-o", "first-list.csv"]);
    assert_eq!(made.code, 0, "{made:?}");
    let serials = serial(1) + "\n" + &serial(2) + "\n";
    office.bench.write("cards.csv", &serials);
    office.bench.write("notices.txt", &serials);
    office
}

/// Each card is there whole, with the record of its certificates, or not at all; so is the list. How many cards.
fn cards_are_whole(office: &Office, when: &str) -> usize {
    let is_there = |number: &u32| {
        let file = format!("data/cards/{}.card", serial(*number));
        if !office.bench.path(&file).exists() {
            return false;
        }
        VirtualCard::open(MemoryStorage::holding(&office.bench.read(&file)), mynumber::system_random())
            .unwrap();
        for name in ["signature.der", "user-authentication.der"] {
            let record = office.bench.path(&format!("data/issued/{}/{name}", serial(*number)));
            assert!(record.exists(), "{when}: {name} of {number}");
        }
        true
    };
    let count = [1, 2].iter().filter(|number| is_there(number)).count();
    if office.bench.path("list.csv").exists() {
        assert_eq!(
            (office.bench.read("list.csv").split(|byte| *byte == b'\n').count(), count),
            (4, 2),
            "{when}"
        );
    }
    count
}

#[test]
fn c1_a_batch_of_cards_killed_at_any_write_has_whole_cards_and_is_finished_by_the_same_command() {
    let base = with_orders();
    let mut seen = [0; 3];
    // Each thread's calls are counted by themselves: once it is the one that makes the cards, once the one that writes the list.
    for cards_are_there in [false, true] {
        if cards_are_there {
            assert_eq!(base.desk(&MAKE).code, 0);
        }
        for call in ["write", "unlink", "rename", "renameat", "renameat2", "mkdir"] {
            let mut number = 1;
            while is_killed_and_finished(&base, call, number, &mut seen) {
                number += 1;
            }
        }
    }
    println!("killed at a write, by the cards found: {seen:?}");
    assert!(seen.iter().all(|count| *count > 3), "{seen:?}");
}

const MAKE: [&str; 7] = ["personalise", "orders.csv", "-o", "list.csv", "--jobs", "1", "--force"];

/// One round; whether there was such a call.
fn is_killed_and_finished(base: &Office, call: &str, number: u32, seen: &mut [usize; 3]) -> bool {
    let mut office = Office::new();
    copy_folder(&base.bench.path(""), &office.bench.path(""));
    office.bench.use_script(AT_A_CALL);
    let run = office.call(&MAKE).env("CALLS", call).env("SIGNAL", "KILL");
    let done = run.env("WHEN", &number.to_string()).finish();
    office.bench.use_no_script();
    let when = format!("killed at {call} {number}");
    assert!([0, KILLED].contains(&done.code), "{when}: {done:?}");
    let count = cards_are_whole(&office, &when);
    if done.code == 0 {
        assert_eq!(count, 2, "{when}");
        return false;
    }
    seen[count] += 1;
    let again = office.desk(&MAKE);
    assert_eq!((again.code, cards_are_whole(&office, &when)), (0, 2), "{when}: {again:?}");
    let taken = office.desk(&["receive", "list.csv", "--delivered", "cards.csv", "--notices", "notices.txt"]);
    assert_eq!(taken.code, 0, "{when}: {taken:?}");
    let resident = 1 + number % 2;
    let prepared = office.prepare(resident, &["--reader", &format!("virtual:{}", serial(resident))]);
    assert_eq!(prepared.code, 0, "{when}: {prepared:?}");
    true
}
