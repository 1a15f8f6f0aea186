//! `mynumber card hostile --report`: clients against cards that lie, through the real service. The table keeps its shape, and
//! our own client neither crashes, hangs, nor loses a try.

use std::panic::catch_unwind;
use std::sync::mpsc;
use std::time::Duration;

use myna_card::Pin;
use myna_card::ap::jpki::JpkiAp;
use myna_card::ap::text::TextAp;
use myna_card::transport::pcsc::{self, Sharing};
use mynumber::transport::pcsc::{Cancel, Context};
use mynumber::transport::vpcd::plug;
use mynumber::virtual_card::hostile::{CATALOGUE, Lie};
use mynumber::{HostileSlot, testing};
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

/// SELECT, the question for the tries left, one VERIFY, and a read, sent whatever is answered.
const SCRIPT: &str = "00 A4 04 0C 0A D3 92 10 00 31 00 01 01 04 08\\n00 20 00 91\\n00 20 00 91 04 32 33 34 35\\n00 B0 82 00 00\\n";

#[test]
fn other_peoples_clients_meet_cards_that_lie() {
    let desk = Desk::empty();
    let sign = format!("pkcs11-tool --module {} --login --slot 0 --pin 1234 --test", module());
    let script = format!("printf '{SCRIPT}' | scriptor -r '{}'", desk.reader());
    for client in ["opensc-tool -n", "pkcs15-tool --dump", &sign, &script] {
        // What they make of these cards is theirs; that each ends is what the table tells.
        let _ = report(&desk, "one-reply-byte,dries-up,token-with-escapes,right-pin-is-wrong", client);
    }
}

/// Everything that `myna-card` does for a login and a look at the attributes.
fn reads_with_myna_card(reader: &str) -> myna_card::Result<()> {
    let mut card = pcsc::connect(reader, Sharing::Exclusive)?;
    let mut text = TextAp::select(&mut card)?;
    text.verify_pin(&Pin::new("2345")?)?;
    text.read_attributes()?;
    text.read_integrity_record()?;
    let mut jpki = JpkiAp::select(&mut card)?;
    jpki.read_token_info()?;
    jpki.read_auth_certificate()?;
    Ok(())
}

/// How it ended with this card: as the table of the report mode says it.
fn myna_card_meets(desk: &Desk, card: &HostileSlot) -> &'static str {
    let plugged = plug(card.clone(), desk.service.slot(0)).unwrap();
    let reader = desk.service.reader(0);
    let seen = Context::establish().unwrap().wait_for_card(
        Some(&reader),
        Some(Duration::from_secs(5)),
        &Cancel::new(),
    );
    let (sender, ended) = mpsc::channel();
    let name = reader.to_string();
    // A thread that hangs is left alone; the card under it goes.
    let client = std::thread::spawn(move || {
        let outcome = catch_unwind(|| reads_with_myna_card(&name));
        let _ = sender.send(match outcome {
            Ok(Ok(())) => "finished",
            Ok(Err(_)) => "error",
            Err(_) => "crash",
        });
    });
    let ended = ended.recv_timeout(Duration::from_secs(20)).unwrap_or("hang");
    drop(plugged);
    if ended != "hang" {
        client.join().unwrap();
    }
    if seen.is_ok() {
        desk.await_removal();
    }
    ended
}

#[test]
fn a_crate_that_nobody_here_wrote_meets_cards_that_lie() {
    let desk = Desk::empty();
    let honest = testing::hostile("taro", Box::new(Honest));
    assert_eq!(myna_card_meets(&desk, &honest), "finished");
    let sample: Vec<&str> = SAMPLE.split(',').map(str::trim).collect();
    let rows: Vec<_> = CATALOGUE.into_iter().flatten().filter(|row| sample.contains(&row.name)).collect();
    assert_eq!(rows.len(), sample.len());
    for row in rows {
        let card = testing::hostile("taro", row.lie());
        let ended = myna_card_meets(&desk, &card);
        let ledger = card.card().ledger();
        println!("{:<26} {:<4} {ended:<9} PINs {} lost {}", row.name, row.id, ledger.presented, ledger.lost);
        // It is asked for one login: whatever else comes of it, a second PIN would be a try of the holder's.
        assert!(ledger.presented <= 1, "{}: {ledger:?}", row.name);
    }
}

/// A card that does not lie.
struct Honest;

impl Lie for Honest {}
