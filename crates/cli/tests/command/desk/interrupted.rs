//! After the hand-over: the card pulled at every exchange of what is done at the window. Nothing is shown as done that is
//! not, no try is lost, and the same command again finishes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use mynumber::applet::{DataObjectId, FileId, PinId};
use mynumber::virtual_card::{FileContents, MemoryStorage, VirtualCard};

use super::{DAY, Office, PINS, VISIT, record, serial};
use crate::harness::{Done, copy_folder};

const REMOVED: i32 = 23;
const UNKNOWN: i32 = 14;
const UNFINISHED: i32 = 67;

/// How often the same state of case and card is gone on from.
const ENOUGH: usize = 1;

/// Something done at the window with the card of the first resident.
struct Act {
    at: &'static str,
    command: &'static [&'static str],
    pins: &'static [&'static str],
    /// The state before it, and while it is not finished.
    states: [&'static str; 2],
    /// Each PIN of the card afterwards, in the published order.
    after: [&'static str; 4],
    /// How many certificates were issued then.
    certificates: usize,
}

/// What of a card a command may change.
#[derive(PartialEq, Eq)]
struct Looks {
    files: BTreeMap<FileId, FileContents>,
    objects: BTreeMap<DataObjectId, Vec<u8>>,
    tries: BTreeMap<PinId, u8>,
}

impl Looks {
    fn of(office: &Office) -> Self {
        let bytes = office.bench.read(&format!("data/cards/{}.card", serial(1)));
        let card = VirtualCard::open(MemoryStorage::holding(&bytes), mynumber::system_random()).unwrap();
        let image = card.image();
        let tries = image.references.iter().map(|(pin, reference)| (*pin, reference.left()));
        Self { files: image.files.clone(), objects: image.data_objects.clone(), tries: tries.collect() }
    }

    fn has_lost_a_try_since(&self, before: &Self) -> bool {
        self.tries.iter().any(|(pin, left)| *left < before.tries[pin])
    }
}

/// The first resident's card in use; made once for all tests of this process.
fn in_use() -> Office {
    static IN_USE: OnceLock<PathBuf> = OnceLock::new();
    copy(IN_USE.get_or_init(|| {
        let office = Office::noticed();
        let done = office.deliver(1, &PINS);
        assert_eq!(done.code, 0, "{done:?}");
        office.bench.write("moved.toml", record(1).replace("架空四丁目1番", "架空九丁目8番"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desk-in-use");
        let _ = std::fs::remove_dir_all(&folder);
        copy_folder(&office.bench.path(""), &folder);
        folder
    }))
}

fn copy(folder: &Path) -> Office {
    let office = Office::new();
    copy_folder(folder, &office.bench.path(""));
    office
}

impl Act {
    fn run(&self, office: &Office, more: &[&str]) -> Done {
        office.on_card(self.at, 1, &[self.command, &VISIT, more].concat(), self.pins)
    }

    /// The card pulled at every exchange, each time from where `before` stands; how many there are, and how often the case
    /// was left unfinished.
    fn is_finished_after_any_pull(&self, before: &Office) -> (usize, usize) {
        let whole = copy(&before.bench.path(""));
        let done = self.run(&whole, &["--trace"]);
        assert_eq!(done.code, 0, "{:?}: {done:?}", self.command);
        self.is_done(&whole, "no pull");
        let exchanges = done.stderr.lines().filter(|line| line.contains(" -> ")).count();
        let (next, unfinished) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let seen = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().unwrap().get() {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= exchanges {
                            return;
                        }
                        if self.is_left_unfinished(&copy(&before.bench.path("")), number, &seen) {
                            unfinished.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        (exchanges, unfinished.into_inner())
    }

    /// With the card pulled at this exchange, its answer lost.
    fn is_left_unfinished(&self, office: &Office, number: usize, seen: &Mutex<Vec<Looks>>) -> bool {
        let file = format!("data/cards/{}.faults", serial(1));
        office.bench.write(&file, format!("{number} removed after\n"));
        let before = Looks::of(office);
        let done = self.run(office, &[]);
        std::fs::remove_file(office.bench.path(&file)).unwrap();
        let (state, looks) = (office.state(1), Looks::of(office));
        let place = format!("{:?}, exchange {number}: {state}", self.command);
        assert!(!looks.has_lost_a_try_since(&before), "{place}: {done:?}");
        if done.code == 0 {
            // Pulled at a log-out after which nobody needs the card as it was.
            self.is_done(office, &place);
            return false;
        }
        let [untouched, unfinished] = self.states;
        if state == untouched {
            assert!([REMOVED, UNKNOWN].contains(&done.code) && looks == before, "{place}: {done:?}");
            return false;
        }
        assert_eq!((done.code, state.as_str()), (UNFINISHED, unfinished), "{place}: {done:?}");
        let resumes = format!("mynumber desk {} 1", self.command[0]);
        assert!(done.stderr.contains(&resumes), "{place}: {done:?}");
        if seen.lock().unwrap().iter().filter(|other| **other == looks).count() < ENOUGH {
            let again = self.run(office, &[]);
            assert_eq!(again.code, 0, "{place}: {done:?} {again:?}");
            assert!(!Looks::of(office).has_lost_a_try_since(&before), "{place}: {again:?}");
            self.is_done(office, &place);
            seen.lock().unwrap().push(looks);
        }
        true
    }

    /// The case is where it was, store and card agree, and the holder uses the card.
    fn is_done(&self, office: &Office, place: &str) {
        let shown = office.desk(&["show", "1", "--json"]).json();
        assert_eq!(shown["state"], "handed-over", "{place}");
        let issued = shown["certificates"].as_array().unwrap();
        assert!(issued.len() >= self.certificates, "{place}: {shown}");
        let in_force: Vec<&str> = issued
            .iter()
            .filter(|one| one["state"] == "in_force")
            .map(|one| one["serial"].as_str().unwrap())
            .collect();
        let [signature, authentication, juki, input_assist] = self.after;
        office.bench.write("letter", "x");
        for (key, pin) in [("sign", signature), ("auth", authentication)] {
            let on_card = holder(office, &["certificate", "show", "--card", key, "--json"], &[pin]).json();
            let serial = on_card["certificates"][0]["serial"].as_str().unwrap();
            assert!(in_force.len() == 2 && in_force.contains(&serial), "{place}: {shown}");
            let signed = holder(office, &["sign", "letter", "--key", key, "-o", "s", "--force"], &[pin]);
            assert_eq!(signed.code, 0, "{place}: {signed:?}");
        }
        let verified = holder(office, &["verify", "card", "--trust", "simulated"], &[input_assist]);
        assert_eq!(verified.code, 0, "{place}: {verified:?}");
        let both = holder(office, &["pin", "change", "juki"], &[juki, "2580"]);
        assert_eq!(both.code, 0, "{place}: {both:?}");
        assert_eq!(office.desk(&["audit", "verify"]).code, 0, "{place}");
    }
}

fn holder(office: &Office, arguments: &[&str], pins: &[&str]) -> Done {
    let reader = format!("virtual:{}", serial(1));
    office.bench.call(&[arguments, &["--reader", &reader]].concat()).pins(pins).finish()
}

#[test]
fn c1_a_change_of_the_record_interrupted_at_any_exchange_is_finished_by_the_same_command() {
    let act = Act {
        at: DAY,
        command: &["change", "1", "--record", "moved.toml"],
        pins: &[],
        states: ["handed-over", "changing"],
        after: PINS,
        certificates: 3,
    };
    let (exchanges, unfinished) = act.is_finished_after_any_pull(&in_use());
    println!("{exchanges} exchanges, {unfinished} times unfinished");
    assert!(unfinished > 40);
}

#[test]
fn c1_a_lifting_interrupted_at_any_exchange_is_finished_by_the_same_command() {
    let act = Act {
        at: DAY,
        command: &["resume", "1", "--record", "r1.toml"],
        pins: &[],
        states: ["suspended", "lifting"],
        after: PINS,
        certificates: 4,
    };
    let office = in_use();
    assert_eq!(office.desk(&["suspend", "1"]).code, 0);
    let (exchanges, unfinished) = act.is_finished_after_any_pull(&office);
    println!("{exchanges} exchanges, {unfinished} times unfinished");
    assert!(unfinished > 5);
}

#[test]
fn c1_a_renewal_interrupted_at_any_exchange_is_finished_by_the_same_command() {
    let act = Act {
        at: "2031-11-04",
        command: &["renew", "1", "--record", "r1.toml"],
        pins: &[],
        states: ["handed-over", "renewing"],
        after: PINS,
        certificates: 4,
    };
    let (exchanges, unfinished) = act.is_finished_after_any_pull(&in_use());
    println!("{exchanges} exchanges, {unfinished} times unfinished");
    assert!(unfinished > 5);
}

#[test]
fn c1_pins_set_anew_interrupted_at_any_exchange_are_set_by_the_same_command() {
    let act = Act {
        at: DAY,
        command: &["unlock", "1", "--pin", "input-assist,juki"],
        pins: &["6142", "8350"],
        states: ["handed-over", "resetting"],
        after: [PINS[0], PINS[1], "6142", "8350"],
        certificates: 2,
    };
    let office = in_use();
    for _ in 0..3 {
        let _ = holder(&office, &["attributes", "--last-try"], &["0000"]);
    }
    assert_eq!(holder(&office, &["attributes"], &[PINS[3]]).code, 11);
    let (exchanges, unfinished) = act.is_finished_after_any_pull(&office);
    println!("{exchanges} exchanges, {unfinished} times unfinished");
    assert!(unfinished > 5);
}
