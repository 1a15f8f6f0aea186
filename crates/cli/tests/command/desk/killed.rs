//! The process of a delivery killed, or aborted by a fault, at every write of store and card: afterwards each case is
//! untouched, to be resumed, or done, and can be gone on with to its end.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mynumber::applet::PinId;
use mynumber::virtual_card::{MemoryStorage, VirtualCard};

use super::{DAY, IN_ORDER, Office, PINS, serial};

const SET: [PinId; 5] =
    [PinId::Signature, PinId::UserAuthentication, PinId::Juki, PinId::Common, PinId::InputAssist];

/// What changes a file.
const WRITES: &str = "pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2";

/// Runs the command, which may make core dumps as large as it likes, and ends it as it enters the write of this number.
const AT_A_WRITE: &str = "ulimit -c unlimited; exec strace -f -qq -o /dev/null -e trace=$WRITES \
    -e inject=$WRITES:signal=$SIGNAL:when=$WHEN \"$MYNUMBER\" \"$@\"";

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

/// Everything that is left of a delivery, by the command; then the log is whole.
fn go_on(office: &Office, state: &str, reader: &[&str], when: &str) {
    if state != "handed-over" {
        let pins: &[&str] = if place(state) < place("pins-set") { &PINS } else { &[] };
        let deliver = [&["deliver", "1", "--json"][..], &IN_ORDER, reader].concat();
        let done = office.call(&deliver).pins(pins).finish();
        assert_eq!((done.code, done.json()["state"].as_str()), (0, Some("handed-over")), "{when}: {done:?}");
    }
    let audit = office.desk(&["audit", "verify"]);
    assert_eq!((audit.code, office.state(1).as_str()), (0, "handed-over"), "{when}: {audit:?}");
    no_pin_is_kept(&office.bench.path(""), when);
}

/// Whether it was killed; the delivery that is not reaches its end.
fn killed_at_a_write(number: usize, seen: &Mutex<[usize; 6]>) -> bool {
    let when = format!("write {number}");
    let mut office = Office::noticed();
    let reader = format!("virtual:{}", serial(1));
    let reader = ["--reader", reader.as_str()];
    office.bench.use_script(AT_A_WRITE);
    let deliver = [
        &["desk", "--store", "cases.db", "--clerk", "desk-1", "--at", DAY, "deliver", "1"][..],
        &IN_ORDER,
        &reader,
    ]
    .concat();
    let call = office.bench.bare_call(&deliver).env("WRITES", WRITES).env("WHEN", &number.to_string());
    let call = call.env("SIGNAL", if number.is_multiple_of(5) { "ABRT" } else { "KILL" });
    let done = call.pins(&PINS).finish();
    no_pin_is_kept(&office.bench.path(""), &when);
    office.bench.use_no_script();
    let (state, set) = (office.state(1), set_on_file(&office, 1));
    let at = agrees(&state, set, &when);
    if done.code == 0 {
        assert_eq!(state, "handed-over", "{when}");
    }
    seen.lock().unwrap()[at] += 1;
    go_on(&office, &state, &reader, &when);
    assert_eq!(set_on_file(&office, 1), SET.len(), "{when}");
    done.code != 0
}

#[test]
fn c1_a_delivery_killed_at_any_write_of_store_or_card_is_untouched_resumable_or_done() {
    // Made once, before the threads begin.
    drop(Office::noticed());
    let (next, seen) = (AtomicUsize::new(1), Mutex::new([0; 6]));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().unwrap().get() {
            scope.spawn(|| while killed_at_a_write(next.fetch_add(1, Ordering::Relaxed), &seen) {});
        }
    });
    let seen = seen.into_inner().unwrap();
    println!("killed, by the state found: {seen:?}");
    assert!(seen.iter().all(|count| *count > 0) && seen.iter().sum::<usize>() > 50, "{seen:?}");
}
