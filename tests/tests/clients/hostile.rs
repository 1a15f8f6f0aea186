//! `mynumber card hostile --report`: clients against cards that lie, through the real service. The table keeps its shape, and
//! our own client neither crashes, hangs, nor loses a try.

use testkit::client::Client;
use testkit::command::program;

use crate::desk::{Desk, module};

/// One card of each id; every card against our driver and command is in their own tests.
const SAMPLE: &str = "one-reply-byte,endless-more,endless-more-of-nothing,wrong-length-for-ever,data-300,dries-up,\
                      file-of-4-gib,file-grows,every-status-to-read,warning-6281,tries-6300,another-card,\
                      two-certificates,certificates-swapped,name-with-escapes,token-with-escapes,no-reply-bytes,atr-1";

/// One line of the table, by its columns: name, id, how it ended, PINs presented, tries lost; and whether it is a problem.
struct Line {
    name: String,
    ended: String,
    presented: u32,
    lost: u32,
    problem: bool,
}

fn lines(table: &str) -> Vec<Line> {
    let (head, rows) = table.split_once('\n').unwrap();
    assert_eq!(
        head.split_whitespace().collect::<Vec<_>>(),
        ["card", "id", "ended", "code", "seconds", "commands", "PINs", "lost", "card"]
    );
    let rows = rows.lines().filter(|row| !row.ends_with("problems"));
    rows.map(|row| {
        let columns: Vec<&str> = row.split_whitespace().collect();
        Line {
            name: columns[0].to_owned(),
            ended: columns[2].to_owned(),
            presented: columns[6].parse().unwrap(),
            lost: columns[7].parse().unwrap(),
            problem: row.ends_with("PROBLEM"),
        }
    })
    .collect()
}

/// The table of a client that a shell runs.
fn report(desk: &Desk, only: &str, client: &str) -> Vec<Line> {
    let report = Client::new(program().to_str().unwrap(), "mynumber-cli")
        .args("card hostile --report --lang en --limit 8 --only")
        .arg(only)
        .arg("--cards")
        .arg(desk.path("cards"))
        .arg("--port")
        .arg(desk.service.slot(0).port().to_string())
        .arg("--")
        .args("sh -c")
        .arg(client)
        .run();
    let found = lines(&report.text());
    assert_eq!(found.len(), only.split(',').count() + 1, "{report}");
    assert!(found[0].name == "honest" && found[0].ended == "finished", "{report}");
    assert!(
        found.iter().all(|line| ["finished", "error", "crash", "hang"].contains(&line.ended.as_str())),
        "{report}"
    );
    println!("$ {client}\n{}", report.text());
    found
}

#[test]
fn a1_to_a18_our_own_client_meets_cards_that_lie_in_a_real_reader() {
    let (program, desk) = (program().to_str().unwrap(), Desk::empty());
    let client = format!("echo 2345 | {program} --pin-stdin attributes");
    let only = SAMPLE.replace(char::is_whitespace, "");
    for line in report(&desk, &only, &client) {
        assert!(!line.problem && line.lost == 0 && line.presented <= 1, "{}", line.name);
        assert!(line.ended != "crash" && line.ended != "hang", "{}: {}", line.name, line.ended);
    }
    // A card that counts every PIN as wrong loses the one try that was spent.
    let lines = report(&desk, "right-pin-is-wrong", &client);
    assert_eq!((lines[1].presented, lines[1].lost, lines[1].problem), (1, 1, false));
}

#[test]
fn a_client_that_tries_again_hangs_or_crashes_is_found_out() {
    let (program, desk) = (program().to_str().unwrap(), Desk::empty());
    let attributes = format!("echo 2345 | {program} --pin-stdin attributes");
    let again = report(&desk, "right-pin-is-wrong", &format!("{attributes} || {attributes}"));
    assert!(again[1].problem && again[1].lost == 2, "{} tries lost", again[1].lost);
    let hangs = report(&desk, "one-reply-byte", &format!("{attributes} || sleep 60"));
    assert!(hangs[1].problem && hangs[1].ended == "hang");
    let crashes = report(&desk, "one-reply-byte", &format!("{attributes} || kill -SEGV $$"));
    assert!(crashes[1].problem && crashes[1].ended == "crash");
}

#[test]
fn other_peoples_clients_meet_cards_that_lie() {
    let desk = Desk::empty();
    let sign = format!("pkcs11-tool --module {} --login --slot 0 --pin 1234 --test", module());
    for client in ["opensc-tool -n", "pkcs15-tool --dump", &sign] {
        // What they make of these cards is theirs; that each ends is what the table tells.
        let _ = report(&desk, "one-reply-byte,dries-up,token-with-escapes,right-pin-is-wrong", client);
    }
}
