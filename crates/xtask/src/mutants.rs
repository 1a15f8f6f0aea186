//! `cargo xtask mutants`: does a test notice when the code is altered?

use crate::runner::{self, Outcome, Step};
use crate::workspace::{cargo, root};
use std::collections::BTreeMap;
use std::process::{ExitCode, Stdio};

/// The rooms that are altered; which of their files, `.cargo/mutants.toml` says.
const ROOMS: [Room; 4] = [
    Room { name: "apdu", targets: &["--lib"], tests: &[] },
    Room { name: "applet", targets: &["--lib"], tests: &[] },
    Room { name: "driver", targets: &["--lib"], tests: &[] },
    // A hundred thousand commands at random add no promise that the others do not make.
    Room { name: "virtual-card", targets: &["--lib", "--test=wire"], tests: &["--", "--skip=h7_"] },
];

/// Survivors that no test can kill, with the reason.
const KNOWN: &str = "tests/MUTANTS.md";

/// A crate and those of its own tests that have to notice.
#[derive(Clone, Copy)]
struct Room {
    name: &'static str,
    /// What is built and run; the doc tests, which take longer than all others, are left out.
    targets: &'static [&'static str],
    /// Which tests of it.
    tests: &'static [&'static str],
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let rooms = match chosen(arguments) {
        Ok(rooms) => rooms,
        Err(problem) => return usage(&problem),
    };
    let mut version = cargo(&["mutants", "--version"]);
    let there = version.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return usage("it needs cargo-mutants; `cargo install --locked cargo-mutants` installs it");
    }
    let known = match std::fs::read_to_string(root().join(KNOWN)) {
        Ok(text) => known(&text),
        Err(error) => return usage(&format!("{KNOWN}: {error}")),
    };
    runner::run(
        rooms
            .into_iter()
            .map(|room| {
                let known = known.clone();
                Step::new(room.name, move || alter(room, &known))
            })
            .collect(),
    )
}

fn usage(problem: &str) -> ExitCode {
    let names = ROOMS.map(|room| room.name).join("|");
    eprintln!("xtask mutants: {problem}\nusage: cargo xtask mutants [{names}]");
    ExitCode::from(runner::USAGE)
}

/// One room by its name, or all.
fn chosen(arguments: &[String]) -> Result<Vec<Room>, String> {
    match arguments {
        [] => Ok(ROOMS.to_vec()),
        [name] => {
            let name = name.strip_prefix("mynumber-").unwrap_or(name);
            let room = ROOMS.into_iter().find(|room| room.name == name);
            Ok(vec![room.ok_or_else(|| format!("nothing is altered in `{name}`"))?])
        }
        _ => Err("too many arguments".to_owned()),
    }
}

/// How often each name comes.
type Names = BTreeMap<String, usize>;

fn counted(names: impl Iterator<Item = String>) -> Names {
    let mut counted = Names::new();
    for name in names {
        *counted.entry(name).or_default() += 1;
    }
    counted
}

/// The names in the table, which stand between the first backticks of a row; a bar in them is escaped.
fn known(text: &str) -> Names {
    let text = text.replace("\\|", "|");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    counted(rows.filter_map(|row| row.split_once('`').map(|(name, _)| name.to_owned())))
}

/// A mutant by file and change, without line and column, which move with every edit.
fn name(line: &str) -> String {
    let mut parts = line.splitn(4, ':');
    let (file, change) = (parts.next().unwrap_or_default(), parts.nth(2));
    format!("{file}:{}", change.unwrap_or_default())
}

/// Copies the workspace, alters it one place at a time, and asks the tests of the room. Nothing is written but below
/// `target`.
fn alter(room: Room, known: &Names) -> Outcome {
    let output = format!("target/mutants/{}", room.name);
    let folder = root().join(&output);
    if let Err(error) = std::fs::create_dir_all(&folder) {
        return Outcome::failed(format!("{output}: {error}"));
    }
    let package = format!("mynumber-{}", room.name);
    let mut command = cargo(&["mutants", "--no-shuffle", "--colors", "never", "--package", &package]);
    command.args(["--output", &output]);
    command.args(room.targets.iter().map(|target| format!("--cargo-arg={target}")));
    command.args(room.tests.iter().map(|test| format!("--cargo-test-arg={test}")));
    // Half of the time goes into builds: nobody reads a backtrace of these.
    command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    let ran = Outcome::of(&mut command);
    let read = |list: &str| std::fs::read_to_string(folder.join("mutants.out").join(list));
    let lists = ["caught.txt", "timeout.txt", "unviable.txt", "missed.txt"].map(read);
    let [Ok(caught), Ok(timeout), Ok(unviable), Ok(missed)] = lists else {
        return if ran.passed { Outcome::failed("it left no lists behind") } else { ran };
    };
    judge(room, [&caught, &timeout, &unviable, &missed].map(String::as_str), known)
}

/// All is well when those that survived are those that are known to.
fn judge(room: Room, lists: [&str; 4], known: &Names) -> Outcome {
    let [caught, timeout, unviable, missed] = lists.map(|list| list.lines().count());
    let survived = counted(lists[3].lines().map(name));
    let own = format!("crates/{}/", room.name);
    let more = |from: &Names, than: &Names, what: &str| -> Vec<String> {
        let those = from.iter().filter(|(name, count)| than.get(*name).unwrap_or(&0) < count);
        those.map(|(name, _)| format!("{what}: {name}")).collect()
    };
    let expected = known.iter().filter(|(name, _)| name.starts_with(&own));
    let expected: Names = expected.map(|(name, count)| (name.clone(), *count)).collect();
    let mut details = more(&survived, &expected, "survived");
    details.extend(more(&expected, &survived, "no longer survives, but stands in the table"));
    let sum = caught + timeout + unviable + missed;
    let remark = format!(
        "{sum} mutants: {caught} caught, {timeout} out of time, {unviable} do not compile, {missed} missed"
    );
    let passed = details.is_empty() && caught > 0;
    Outcome { passed, remark, details }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# Heading\n\n| mutant | why |\n| --- | --- |\n\
        | `crates/apdu/src/a.rs: replace \\| with ^ in f` | the bits are apart |\n";

    fn judged(missed: &str) -> Outcome {
        judge(
            ROOMS[0],
            ["crates/apdu/src/a.rs:1:1: replace f -> bool with true\n", "", "", missed],
            &known(TABLE),
        )
    }

    #[test]
    fn survivors_are_known_by_file_and_change_wherever_they_stand() {
        let outcome = judged("crates/apdu/src/a.rs:7:30: replace | with ^ in f\n");
        assert!(outcome.passed, "{outcome:?}");
        assert_eq!(outcome.remark, "2 mutants: 1 caught, 0 out of time, 0 do not compile, 1 missed");
    }

    #[test]
    fn another_survivor_fails_and_so_does_one_that_does_not_survive() {
        let more = judged(
            "crates/apdu/src/a.rs:7:30: replace | with ^ in f\ncrates/apdu/src/a.rs:8:30: replace | with ^ in f\n",
        );
        assert!(!more.passed && more.details.len() == 1, "{more:?}");
        let none = judged("");
        assert!(!none.passed && none.details[0].contains("no longer"), "{none:?}");
    }

    #[test]
    fn rooms_are_chosen_by_name() {
        let chosen = |names: &[&str]| {
            chosen(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).map(|rooms| rooms.len())
        };
        assert_eq!((chosen(&[]), chosen(&["apdu"]), chosen(&["mynumber-driver"])), (Ok(4), Ok(1), Ok(1)));
        assert!(chosen(&["cli"]).is_err() && chosen(&["apdu", "driver"]).is_err());
    }

    #[test]
    fn every_known_survivor_stands_in_a_file_that_is_altered() {
        let text = std::fs::read_to_string(root().join(KNOWN)).unwrap();
        let settings = std::fs::read_to_string(root().join(".cargo/mutants.toml")).unwrap();
        for name in known(&text).keys() {
            let file = name.split_once(':').unwrap().0;
            assert!(root().join(file).is_file(), "{file}");
            let room = file.split('/').nth(1).unwrap();
            assert!(
                settings.contains(&format!("\"{file}\""))
                    || settings.contains(&format!("\"crates/{room}/src/**")),
                "{file}"
            );
        }
    }
}
