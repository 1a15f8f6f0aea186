//! Instructions per operation of the APDU and TLV code, beside a hand-written floor and the peers.
//!
//! `cargo bench -p benches --bench instructions`: prints a table, and ends with status 1 when a figure of ours is more
//! than 1.15 times its floor. Needs valgrind. No case of ours allocates: `mynumber-apdu` is `no_std` and does not
//! link `alloc`, so it has nothing to allocate with.

use std::hint::black_box;
use std::io::{self, Write};
use std::process::ExitCode;

use benches::counter;
use benches::floor::{self, Parsed};
use benches::samples::{EXTENDED_COMMAND, SHORT_COMMAND, record};
use mynumber_apdu::tlv::{self, Reader, Tag};
use mynumber_apdu::{Class, Command, Instruction};

/// The most that ours may cost, in hundredths of the floor.
const LIMIT: u64 = 115;

/// One operation, and who stands beside us in it.
struct Row {
    operation: &'static str,
    floor: &'static str,
    ours: &'static str,
    peers: &'static [(&'static str, &'static str)],
}

const ROWS: &[Row] = &[
    Row {
        operation: "command parse, short",
        floor: "floor-parse-short",
        ours: "ours-parse-short",
        peers: &[("iso7816", "iso7816-parse-short")],
    },
    Row {
        operation: "command parse, extended",
        floor: "floor-parse-extended",
        ours: "ours-parse-extended",
        peers: &[("iso7816", "iso7816-parse-extended")],
    },
    Row {
        operation: "command encode, short",
        floor: "floor-encode-short",
        ours: "ours-encode-short",
        peers: &[("apdu-core", "apdu-core-encode-short"), ("iso7816", "iso7816-encode-short")],
    },
    Row {
        operation: "command encode, extended",
        floor: "floor-encode-extended",
        ours: "ours-encode-extended",
        peers: &[("iso7816", "iso7816-encode-extended")],
    },
    Row {
        operation: "TLV walk, 200 bytes",
        floor: "floor-tlv",
        ours: "ours-tlv",
        peers: &[("iso7816", "iso7816-tlv"), ("iso7816-tlv", "iso7816-tlv-tlv")],
    },
];

// Every case is a function of its own that is never inlined, so that all pay the same for being called.

#[inline(never)]
fn floor_parse(bytes: &[u8]) -> Option<Parsed<'_>> {
    floor::parse(bytes)
}

#[inline(never)]
fn ours_parse(bytes: &[u8]) -> Result<Command<'_>, mynumber_apdu::ParseError> {
    Command::parse(bytes)
}

#[inline(never)]
fn iso7816_parse(bytes: &[u8]) -> Option<iso7816::command::CommandView<'_>> {
    iso7816::command::CommandView::try_from(bytes).ok()
}

#[inline(never)]
fn floor_encode<'b>(command: &Parsed<'_>, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    floor::encode(command, buffer)
}

#[inline(never)]
fn ours_encode<'b>(command: &Command<'_>, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    command.encode(buffer).ok()
}

#[inline(never)]
fn apdu_core_encode(command: &apdu_core::Command<'_>, buffer: &mut [u8]) {
    command.write(buffer);
}

#[inline(never)]
fn iso7816_encode(command: &iso7816::command::CommandBuilder<&[u8]>, buffer: &mut [u8]) -> bool {
    let mut writer = buffer;
    command.serialize_into(&mut writer).is_ok()
}

#[inline(never)]
fn floor_walk(mut bytes: &[u8]) -> Option<()> {
    let end = bytes.len();
    let (tag, mut inside, _) = floor::element(&mut bytes, end)?;
    if tag != 0xFF20 || !bytes.is_empty() {
        return None;
    }
    while !inside.is_empty() {
        black_box(floor::element(&mut inside, end)?);
    }
    Some(())
}

#[inline(never)]
fn ours_walk(bytes: &[u8]) -> Result<(), tlv::Error> {
    let mut reader = Reader::new(bytes);
    let template = reader.read(Tag(0xFF20))?;
    reader.finish()?;
    let mut inside = reader.enter(template)?;
    while let Some(element) = inside.next_element()? {
        black_box((element.tag().0, element.value(), element.position()));
    }
    Ok(())
}

#[inline(never)]
fn iso7816_walk(bytes: &[u8]) -> Option<()> {
    let (tag, mut inside, rest) = iso7816::tlv::take_data_object(bytes)?;
    if tag != iso7816::tlv::Tag::from_u16(0xFF20) || !rest.is_empty() {
        return None;
    }
    while !inside.is_empty() {
        let (tag, value, rest) = iso7816::tlv::take_data_object(inside)?;
        black_box((tag, value));
        inside = rest;
    }
    Some(())
}

#[inline(never)]
fn iso7816_tlv_walk(bytes: &[u8]) -> Option<usize> {
    let tree = iso7816_tlv::ber::Tlv::from_bytes(bytes).ok()?;
    match black_box(&tree).value() {
        iso7816_tlv::ber::Value::Constructed(elements) => Some(elements.len()),
        iso7816_tlv::ber::Value::Primitive(_) => None,
    }
}

/// Runs one case this many times; `None` when there is no such case.
fn run(case: &str, times: u64) -> Option<()> {
    let bytes: &[u8] = if case.ends_with("short") { &SHORT_COMMAND } else { &EXTENDED_COMMAND };
    let ours = Command::parse(bytes).ok()?;
    let floor = floor::parse(bytes)?;
    let record = record();
    let mut buffer = [0u8; 300];
    match case {
        "floor-parse-short" | "floor-parse-extended" => repeat(times, || floor_parse(black_box(bytes))),
        "ours-parse-short" | "ours-parse-extended" => repeat(times, || ours_parse(black_box(bytes))),
        "iso7816-parse-short" | "iso7816-parse-extended" => {
            repeat(times, || iso7816_parse(black_box(bytes)));
        }
        "floor-encode-short" | "floor-encode-extended" => {
            repeat(times, || floor_encode(black_box(&floor), black_box(&mut buffer)).map(<[u8]>::len));
        }
        "ours-encode-short" | "ours-encode-extended" => {
            repeat(times, || ours_encode(black_box(&ours), black_box(&mut buffer)).map(<[u8]>::len));
        }
        "apdu-core-encode-short" => {
            let command = apdu_core::Command::new_with_payload(0x00, 0xA4, 0x04, 0x0C, ours.data());
            repeat(times, || apdu_core_encode(black_box(&command), black_box(&mut buffer)));
        }
        "iso7816-encode-short" | "iso7816-encode-extended" => {
            let command = iso7816_command(&ours)?;
            repeat(times, || iso7816_encode(black_box(&command), black_box(&mut buffer)));
        }
        "floor-tlv" => repeat(times, || floor_walk(black_box(&record))),
        "ours-tlv" => repeat(times, || ours_walk(black_box(&record))),
        "iso7816-tlv" => repeat(times, || iso7816_walk(black_box(&record))),
        "iso7816-tlv-tlv" => repeat(times, || iso7816_tlv_walk(black_box(&record))),
        _ => return None,
    }
    Some(())
}

fn repeat<T>(times: u64, mut operation: impl FnMut() -> T) {
    for _ in 0..times {
        black_box(&operation());
    }
}

fn iso7816_command<'a>(command: &Command<'a>) -> Option<iso7816::command::CommandBuilder<&'a [u8]>> {
    let le = match command.expected() {
        None => iso7816::command::ExpectedLen::Ne(0),
        Some(_) => iso7816::command::ExpectedLen::Max,
    };
    let class = iso7816::command::class::Class::try_from(command.class().0).ok()?;
    let (p1, p2) = (command.p1(), command.p2());
    let instruction = command.instruction().0.into();
    Some(iso7816::command::CommandBuilder::new(class, instruction, p1, p2, command.data(), le))
}

/// Counts every case and prints the table; whether all limits hold.
fn report(out: &mut impl Write) -> Result<bool, Box<dyn std::error::Error>> {
    let count = counter::tenths_per_operation;
    let decimal = |tenths: u64| format!("{}.{}", tenths / 10, tenths % 10);
    let ratio = |of: u64, to: u64| (of * 100).checked_div(to).unwrap_or(u64::MAX);
    let factor = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    writeln!(out, "instructions per operation; ours may cost {} of the floor", factor(LIMIT))?;
    writeln!(out, "{:<26}{:>9}{:>9}{:>9}  peers", "operation", "floor", "ours", "/ floor")?;
    let mut kept = true;
    for row in ROWS {
        let (floor, ours) = (count(row.floor)?, count(row.ours)?);
        let of_floor = ratio(ours, floor);
        let columns = [decimal(floor), decimal(ours), factor(of_floor)];
        write!(out, "{:<26}{:>9}{:>9}{:>9} ", row.operation, columns[0], columns[1], columns[2])?;
        let mut best: Option<u64> = None;
        for (name, case) in row.peers {
            let peer = count(case)?;
            best = Some(best.map_or(peer, |best| best.min(peer)));
            write!(out, " {name} {};", decimal(peer))?;
        }
        write!(out, " ours / best peer {}", factor(ratio(ours, best.unwrap_or(0))))?;
        let within = of_floor <= LIMIT;
        writeln!(out, "{}", if within { "" } else { "  ABOVE THE LIMIT" })?;
        kept &= within;
    }
    Ok(kept)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, case, times] = arguments.as_slice()
        && flag == "--run"
    {
        let ran = times.parse().ok().and_then(|times| run(case, times));
        return if ran.is_some() { ExitCode::SUCCESS } else { ExitCode::from(2) };
    }
    match report(&mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing sensible is left to do when even this cannot be written.
            drop(writeln!(io::stderr(), "{error}"));
            ExitCode::from(2)
        }
    }
}

const _: () = assert!(Class::ISO.0 == SHORT_COMMAND[0] && Instruction::SELECT.0 == SHORT_COMMAND[1]);
