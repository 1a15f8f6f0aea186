//! `card`: virtual cards made, served, shown.

use std::fmt::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use mynumber::Slot;
use mynumber::applet::rows;
use mynumber::issuance::person::file::PersonFile;
use mynumber::issuance::person::{Secrets, built_in};
use mynumber::transport::CardSide;
use mynumber::transport::vpcd::{Event, Plugged, plug_observed};
use mynumber::virtual_card::VirtualCard;
use serde::Serialize;

use crate::args::{CardCommand, CardNewArguments, CardServeArguments};
use crate::cards::{self, Order, Store};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::hostile::{self, Wanted};
use crate::language::{Language, say};
use crate::output::{Product, notice};
use crate::run::Run;
use crate::tracing;

pub(crate) fn run(run: &Run, command: &CardCommand) -> Result<(), Failure> {
    match command {
        CardCommand::New(arguments) => new(run, arguments),
        CardCommand::Serve(arguments) => serve(run, arguments),
        CardCommand::Show { card: None } => run.print(&Cards { cards: Store::of(run)?.names()? }),
        CardCommand::Show { card: Some(name) } => run.print(&shown(name, &Store::of(run)?.slot(name)?)),
        CardCommand::Tamper { card } => tamper(run, card),
        CardCommand::Hostile(arguments) => super::hostile::run(run, arguments),
        CardCommand::People => run.print(&People {
            people: built_in::ALL.iter().map(|row| Built { name: row.id, about: row.about }).collect(),
        }),
    }
}

fn read_text(path: &std::path::Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let shown = path.display();
        Failure::new(Exit::BadInput, say!("cannot read {shown}: {error}", "{shown} を読めません: {error}"))
    })
}

fn new(run: &Run, arguments: &CardNewArguments) -> Result<(), Failure> {
    let store = Store::of(run)?;
    let quirks = arguments.quirks.as_deref().map(read_text).transpose()?;
    let (name, person, secrets) = match built_in::find(&arguments.person) {
        Some(person) => (arguments.person.clone(), person, Secrets::documented()?),
        None => {
            let path = std::path::Path::new(&arguments.person);
            let file = PersonFile::parse(&read_text(path)?).map_err(|error| {
                let shown = path.display();
                Failure::new(Exit::BadInput, say!("{shown}: {error}", "{shown}: {error}"))
            })?;
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            (stem, file.person, file.secrets)
        }
    };
    let name = arguments.name.clone().unwrap_or(name);
    store.make(Order { name: name.clone(), person, secrets, quirks, replace: arguments.force })?;
    run.print(&Made { card: name })
}

fn tamper(run: &Run, name: &str) -> Result<(), Failure> {
    let slot = Store::of(run)?.slot(name)?;
    let mut card = slot.card();
    card.tamper()
        .map_err(|error| Failure::new(Exit::OutputFailed, say!("{name}: {error}", "{name}: {error}")))?;
    run.print(&shown_card(name, &card))
}

#[derive(Serialize)]
struct Made {
    card: String,
}

impl Product for Made {
    fn text(&self, language: Language) -> String {
        let card = &self.card;
        match language {
            Language::En => format!("made the virtual card {card}: use it with --reader virtual:{card}\n"),
            Language::Ja => format!("仮想カード {card} を作りました。--reader virtual:{card} で使えます\n"),
        }
    }
}

fn serve(run: &Run, arguments: &CardServeArguments) -> Result<(), Failure> {
    let store = Store::of(run)?;
    let quirks = match &arguments.quirks {
        Some(path) => Some(cards::parse_quirks(&read_text(path)?)?),
        None => None,
    };
    let hostile = arguments.hostile.as_deref().map(Wanted::parse).transpose()?;
    let mut plugged = Vec::new();
    let mut lying = Vec::new();
    for (name, port) in arguments.served.iter().zip(arguments.slot.port..) {
        let address = address(&arguments.slot.host, port)?;
        let card: Box<dyn CardSide + Send> = match &hostile {
            None => Box::new(store.slot_with(name, quirks.as_ref())?),
            Some(wanted) => {
                let slot = wanted.copy(run, name)?;
                lying.push((format!("{name} ({})", wanted.name()), slot.clone()));
                Box::new(slot)
            }
        };
        let card = if arguments.quiet { card } else { Box::new(tracing::over_card(card, name.clone())) };
        plugged.push((name.clone(), plug(card, name, address)?));
    }
    notice(&say!("serving; Ctrl-C ends", "提供中。Ctrl-Cで終了します"));
    while !run.interrupt.is_cancelled() && !plugged.iter().all(|(_, card)| card.has_left()) {
        std::thread::sleep(Duration::from_millis(100));
    }
    for (name, slot) in &lying {
        hostile::tell(name, slot);
    }
    for (name, card) in plugged {
        let left = card.has_left();
        drop(card);
        if left {
            notice(&say!("{name}: left the reader", "{name}: リーダーから取り外されました"));
        }
    }
    Ok(())
}

pub(crate) fn address(host: &str, port: u16) -> Result<SocketAddr, Failure> {
    let found = (host, port).to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| {
        Failure::new(
            Exit::BadInput,
            say!("{host} is not a host that can be reached", "{host} に到達できません"),
        )
    })
}

/// Plugs one card in, telling what happens to it.
fn plug(
    card: Box<dyn CardSide + Send>,
    name: &str,
    address: SocketAddr,
) -> Result<Plugged<Box<dyn CardSide + Send>>, Failure> {
    let told = name.to_owned();
    plug_observed(card, address, move |event| {
        let line = match event {
            Event::NotListening => say!(
                "{told}: nothing listens at {address}; is pcscd running, with vsmartcard's vpcd driver?",
                "{told}: {address} に接続できません。pcscdとvsmartcardのvpcdドライバーは動いていますか"
            ),
            Event::Connected => {
                say!("{told}: in the reader ({address})", "{told}: リーダーに挿入しました（{address}）")
            }
            Event::Silent => say!(
                "{told}: the slot at {address} is silent; is another card in it?",
                "{told}: {address} のスロットが応答しません。他のカードが入っていませんか"
            ),
            Event::Closed => say!(
                "{told}: the PC/SC service went away; waiting for it",
                "{told}: PC/SCサービスが終了しました。再開を待ちます"
            ),
            Event::Failed(fault) => say!("{told}: {fault}", "{told}: {fault}"),
            _ => return,
        };
        notice(&line);
    })
    .map_err(|error| Failure::new(Exit::Internal, say!("{name}: {error}", "{name}: {error}")))
}

#[derive(Serialize)]
struct Cards {
    cards: Vec<String>,
}

impl Product for Cards {
    fn text(&self, _: Language) -> String {
        self.cards.iter().map(|card| format!("{card}\n")).collect()
    }
}

#[derive(Serialize)]
struct People {
    people: Vec<Built>,
}

#[derive(Serialize)]
struct Built {
    name: &'static str,
    about: &'static str,
}

impl Product for People {
    fn text(&self, _: Language) -> String {
        self.people.iter().map(|person| format!("{}: {}\n", person.name, person.about)).collect()
    }
}

#[derive(Serialize)]
struct Shown {
    card: String,
    erased: bool,
    atr: String,
    pins: Vec<ShownPin>,
}

#[derive(Serialize)]
struct ShownPin {
    id: String,
    application: &'static str,
    tries_left: Option<u8>,
}

fn shown(name: &str, slot: &Slot) -> Shown {
    shown_card(name, &slot.card())
}

fn shown_card(name: &str, card: &VirtualCard) -> Shown {
    Shown {
        card: name.to_owned(),
        erased: card.is_erased(),
        atr: card.atr().iter().map(|byte| format!("{byte:02X}")).collect(),
        pins: rows::pins()
            .map(|row| ShownPin {
                id: format!("{:?}", row.id),
                application: row.application.row().english,
                tries_left: card.tries_left(row.id),
            })
            .collect(),
    }
}

impl Product for Shown {
    fn text(&self, language: Language) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{}: ATR {}", self.card, self.atr);
        if self.erased {
            let _ = writeln!(out, "{}", language.pick("the chip has erased itself", "チップは消去済みです"));
        }
        for pin in &self.pins {
            let tries = pin.tries_left.map_or_else(|| "-".to_owned(), |tries| tries.to_string());
            let _ = writeln!(out, "  {} ({}): {tries}", pin.id, pin.application);
        }
        out
    }
}
