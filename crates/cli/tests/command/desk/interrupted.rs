//! The card pulled at every exchange of what is done at the window and at a kiosk. Nothing is shown as done that is not, no
//! try is lost, and the same command again finishes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use mynumber::applet::{DataObjectId, FileId, PinId};
use mynumber::virtual_card::{FileContents, MemoryStorage, VirtualCard};

use super::{DAY, IN_ORDER, MOVED, Office, PINS, SUBSTITUTED, VISIT, serial};
use crate::harness::{Done, copy_folder};

const REMOVED: i32 = 23;
const UNKNOWN: i32 = 14;
const UNFINISHED: i32 = 67;

/// How often the same state of case and card is gone on from.
const ENOUGH: usize = 1;

/// Something done with the card of the first resident.
#[derive(Clone, Copy)]
struct Act {
    at: &'static str,
    /// Its words; `1` among them names the case.
    command: &'static [&'static str],
    more: &'static [&'static str],
    pins: &'static [&'static str],
    /// The state before it, while it is not finished, and after it.
    states: [&'static str; 3],
    after: After,
    /// How many certificates were issued then.
    certificates: usize,
}

/// Each PIN of the card afterwards, in the published order.
#[derive(Clone, Copy)]
enum After {
    Set([&'static str; 4]),
    /// No signature certificate, so no password.
    FourDigits([&'static str; 3]),
    /// None, and so no signature certificate.
    Off,
    /// None yet.
    Blank,
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

    /// A PIN that is taken off has none.
    fn has_lost_a_try_since(&self, before: &Self, act: &Act) -> bool {
        let is_off = |left: u8| left == 0 && matches!(act.after, After::Off);
        self.tries.iter().any(|(pin, left)| *left < before.tries[pin] && !is_off(*left))
    }

    fn text(&self) -> String {
        match &self.files[&FileId::Attributes] {
            FileContents::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            FileContents::Records(_) => panic!("records"),
        }
    }
}

/// The first resident's card in use; made once for all tests of this process.
fn in_use() -> Office {
    static IN_USE: OnceLock<PathBuf> = OnceLock::new();
    copy(IN_USE.get_or_init(|| {
        let office = Office::noticed();
        let done = office.deliver(1, &PINS);
        assert_eq!(done.code, 0, "{done:?}");
        office.write_moved(1);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desk-in-use");
        let _ = std::fs::remove_dir_all(&folder);
        copy_folder(&office.bench.path(""), &folder);
        folder
    }))
}

/// The first resident at the counter, as far as these words lead.
fn at_counter(word: &str) -> Office {
    let office = Office::noticed();
    let done = office.on_card(DAY, 1, &[&["deliver", "1", word][..], &IN_ORDER].concat(), &[]);
    assert_eq!(done.code, 0, "{done:?}");
    office
}

fn copy(folder: &Path) -> Office {
    let office = Office::new();
    copy_folder(folder, &office.bench.path(""));
    office
}

impl Act {
    fn run(&self, office: &Office, more: &[&str]) -> Done {
        office.on_card(self.at, 1, &[self.command, self.more, more].concat(), self.pins)
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
        assert!(!looks.has_lost_a_try_since(&before, self), "{place}: {done:?}");
        if done.code == 0 {
            // Pulled at a log-out after which nobody needs the card as it was.
            self.is_done(office, &place);
            return false;
        }
        let [untouched, unfinished, _] = self.states;
        if state == untouched {
            assert!([REMOVED, UNKNOWN].contains(&done.code) && looks == before, "{place}: {done:?}");
            return false;
        }
        assert_eq!((done.code, state.as_str()), (UNFINISHED, unfinished), "{place}: {done:?}");
        let words = self.command.split(|word| *word == "1").next().unwrap();
        let resumes = format!("mynumber desk {} 1", words.join(" "));
        assert!(done.stderr.contains(&resumes), "{place}: {done:?}");
        if seen.lock().unwrap().iter().filter(|other| **other == looks).count() < ENOUGH {
            let again = self.run(office, &[]);
            assert_eq!(again.code, 0, "{place}: {done:?} {again:?}");
            assert!(!Looks::of(office).has_lost_a_try_since(&before, self), "{place}: {again:?}");
            self.is_done(office, &place);
            seen.lock().unwrap().push(looks);
        }
        true
    }

    /// The case is where it belongs, store and card agree, and the holder uses the card.
    fn is_done(&self, office: &Office, place: &str) {
        let shown = office.desk(&["show", "1", "--json"]).json();
        assert_eq!(shown["state"], self.states[2], "{place}");
        let issued = shown["certificates"].as_array().unwrap();
        assert!(issued.len() >= self.certificates, "{place}: {shown}");
        let in_force = issued.iter().filter(|one| one["state"] == "in_force");
        let in_force: Vec<&str> = in_force.map(|one| one["serial"].as_str().unwrap()).collect();
        match self.after {
            After::Set([signature, user, juki, input]) => {
                assert_eq!(in_force.len(), 2, "{place}: {shown}");
                signs(office, ("sign", signature), &in_force, place);
                is_used(office, [user, juki, input], &in_force, place);
            }
            After::FourDigits(pins) => {
                assert_eq!(in_force.len(), 1, "{place}: {shown}");
                is_used(office, pins, &in_force, place);
            }
            After::Off => {
                assert_eq!(in_force.len(), 1, "{place}: {shown}");
                assert!(tries_of_holder(office).all(|left| left == 0), "{place}");
            }
            After::Blank => {
                assert_eq!(in_force.len(), 2, "{place}: {shown}");
                assert!(tries_of_holder(office).all(|left| left == 0), "{place}");
            }
        }
        let text = match self.command[0] {
            "change" => MOVED,
            "substitutes" => SUBSTITUTED,
            _ => "",
        };
        assert!(Looks::of(office).text().contains(text), "{place}");
        assert_eq!(office.desk(&["audit", "verify"]).code, 0, "{place}");
    }
}

/// The certificate on the card is one in force, and its key signs.
fn signs(office: &Office, (key, pin): (&str, &str), in_force: &[&str], place: &str) {
    office.bench.write("letter", "x");
    let on_card = holder(office, &["certificate", "show", "--card", key, "--json"], &[pin]).json();
    let serial = on_card["certificates"][0]["serial"].as_str().unwrap();
    assert!(in_force.contains(&serial), "{place}: {in_force:?}");
    let signed = holder(office, &["sign", "letter", "--key", key, "-o", "s", "--force"], &[pin]);
    assert_eq!(signed.code, 0, "{place}: {signed:?}");
}

/// With the three PINs of four digits, whatever there is of the password.
fn is_used(office: &Office, [user, juki, input]: [&str; 3], in_force: &[&str], place: &str) {
    signs(office, ("auth", user), in_force, place);
    let verified = holder(office, &["verify", "card", "--trust", "simulated"], &[input]);
    assert_eq!(verified.code, 0, "{place}: {verified:?}");
    let both = holder(office, &["pin", "change", "juki"], &[juki, "2580"]);
    assert_eq!(both.code, 0, "{place}: {both:?}");
}

fn tries_of_holder(office: &Office) -> impl Iterator<Item = u8> {
    const SET: [PinId; 5] =
        [PinId::Signature, PinId::UserAuthentication, PinId::Juki, PinId::Common, PinId::InputAssist];
    let tries = Looks::of(office).tries;
    SET.into_iter().map(move |pin| tries[&pin])
}

fn holder(office: &Office, arguments: &[&str], pins: &[&str]) -> Done {
    let reader = format!("virtual:{}", serial(1));
    office.bench.call(&[arguments, &["--reader", &reader]].concat()).pins(pins).finish()
}

/// A card in use, with the PINs of its delivery; done at the window.
const IN_USE: Act = Act {
    at: DAY,
    command: &[],
    more: &VISIT,
    pins: &[],
    states: ["handed-over", "", "handed-over"],
    after: After::Set(PINS),
    certificates: 2,
};

/// Of a card that is with its holder before and after.
const fn around(state: &'static str) -> [&'static str; 3] {
    ["handed-over", state, "handed-over"]
}

#[test]
fn c1_a_change_of_the_record_interrupted_at_any_exchange_is_finished_by_the_same_command() {
    let act = Act {
        command: &["change", "1", "--record", "moved.toml"],
        states: around("changing"),
        certificates: 3,
        ..IN_USE
    };
    let (exchanges, unfinished) = act.is_finished_after_any_pull(&in_use());
    println!("{exchanges} exchanges, {unfinished} times unfinished");
    assert!(unfinished > 40);
}

#[test]
fn c1_a_lifting_interrupted_at_any_exchange_is_finished_by_the_same_command() {
    let act = Act {
        command: &["resume", "1", "--record", "r1.toml"],
        states: ["suspended", "lifting", "handed-over"],
        certificates: 4,
        ..IN_USE
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
        states: around("renewing"),
        certificates: 4,
        ..IN_USE
    };
    let (exchanges, unfinished) = act.is_finished_after_any_pull(&in_use());
    println!("{exchanges} exchanges, {unfinished} times unfinished");
    assert!(unfinished > 5);
}

#[test]
fn c1_pins_set_anew_interrupted_at_any_exchange_are_set_by_the_same_command() {
    let act = Act {
        command: &["unlock", "1", "--pin", "input-assist,juki"],
        pins: &["6142", "8350"],
        states: around("resetting"),
        after: After::Set([PINS[0], PINS[1], "6142", "8350"]),
        ..IN_USE
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

#[test]
fn c1_a_pin_set_anew_at_a_kiosk_and_interrupted_at_any_exchange_is_set_by_the_same_command() {
    let at_kiosk = Act {
        at: "2026-11-24T10:00:00+09:00",
        more: &["--kiosk", "2026-11-24T09:50:00+09:00"],
        states: around("resetting"),
        ..IN_USE
    };
    let password = Act {
        command: &["unlock", "1", "--pin", "sign"],
        pins: &[PINS[1], "ANEW77PIN3"],
        after: After::Set(["ANEW77PIN3", PINS[1], PINS[2], PINS[3]]),
        ..at_kiosk
    };
    let user = Act {
        command: &["unlock", "1", "--pin", "auth"],
        pins: &[PINS[0], "6142"],
        after: After::Set([PINS[0], "6142", PINS[2], PINS[3]]),
        ..at_kiosk
    };
    for act in [password, user] {
        let (exchanges, unfinished) = act.is_finished_after_any_pull(&in_use());
        println!("{exchanges} exchanges, {unfinished} times unfinished");
        assert!(unfinished > 3);
    }
}

#[test]
fn c1_pins_taken_off_and_put_on_interrupted_at_any_exchange_are_off_or_on_by_the_same_command() {
    let off = Act {
        command: &["pin", "switch", "1", "off"],
        states: around("switching"),
        after: After::Off,
        ..IN_USE
    };
    let on = Act {
        command: &["pin", "switch", "1", "on"],
        pins: &[PINS[1], PINS[2], PINS[3]],
        after: After::FourDigits([PINS[1], PINS[2], PINS[3]]),
        ..off
    };
    for (act, office) in [(off, in_use()), (on, at_counter("--without-pins"))] {
        let (exchanges, unfinished) = act.is_finished_after_any_pull(&office);
        println!("{exchanges} exchanges, {unfinished} times unfinished");
        assert!(unfinished > 5);
    }
}

#[test]
fn c1_substitutes_written_anew_interrupted_at_any_exchange_are_written_by_the_same_command() {
    let act = Act {
        command: &["substitutes", "--set", "1", "--record", "substituted.toml"],
        more: &[],
        states: ["identified", "rewriting", "identified"],
        after: After::Blank,
        certificates: 3,
        ..IN_USE
    };
    let office = at_counter("--identify-only");
    office.write_substituted(1);
    let (exchanges, unfinished) = act.is_finished_after_any_pull(&office);
    println!("{exchanges} exchanges, {unfinished} times unfinished");
    assert!(unfinished > 40);
}
