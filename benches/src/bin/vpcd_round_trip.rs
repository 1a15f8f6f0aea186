//! What a plugged card adds to a round trip through the PC/SC service: `vpcd::serve` against the least loop that
//! answers at all, both in one run of one service, in turns. Prints the two medians and their ratio; and, for what the
//! thread of a connection costs, the echo card through the `pcsc` crate directly.
//!
//! Everything, the service included, runs on one processor: a command passes through five threads, and with two
//! processors it is their placement that is measured (ratios of 0.25 and of 6 were seen).
//!
//! Linux only. Starts a pcscd of its own, so it needs root and the packages that the PC/SC tests need.

use std::error::Error;
use std::fmt::Debug;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use mynumber_apdu::{Class, Command, Instruction};
use mynumber_transport::pcsc::{Cancel, Connection, Context, Options};
use mynumber_transport::{CardSide, PowerEvent, Reply, Transport, vpcd};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use testkit::pcscd::Pcscd;

const ATR: [u8; 5] = [0x3B, 0x80, 0x80, 0x01, 0x01];
const OK: [u8; 2] = [0x90, 0x00];
const ROUNDS: usize = 400;
const BATCH: u32 = 10;

/// The most that a plugged card may take, in echo cards.
const LIMIT: f64 = 1.2;

struct Minimal;

impl CardSide for Minimal {
    fn respond(&mut self, _: &[u8]) -> Option<Vec<u8>> {
        Some(OK.to_vec())
    }

    fn power(&mut self, _: PowerEvent) {}

    fn atr(&self) -> Vec<u8> {
        ATR.to_vec()
    }
}

/// The least card: no checks, no power, no end but that of the connection.
fn echo_card(address: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 65_535];
    loop {
        let mut length = [0; 2];
        quick(&stream)?;
        stream.read_exact(&mut length)?;
        let command = buffer.get_mut(..usize::from(u16::from_be_bytes(length))).unwrap_or_default();
        quick(&stream)?;
        stream.read_exact(command)?;
        match command {
            [4] => stream.write_all(&[0, 5, 0x3B, 0x80, 0x80, 0x01, 0x01])?,
            [_] => {}
            _ => stream.write_all(&[0, 2, 0x90, 0x00])?,
        }
    }
}

fn quick(stream: &TcpStream) -> std::io::Result<()> {
    Ok(rustix::net::sockopt::set_tcp_quickack(stream, true)?)
}

/// Threads and processes started from here on stay on it as well.
fn stay_on_one_processor() -> std::io::Result<()> {
    let mut one = CpuSet::new();
    let allowed = sched_getaffinity(None)?;
    if let Some(last) = (0..CpuSet::MAX_CPU).rev().find(|cpu| allowed.is_set(*cpu)) {
        one.set(last);
    }
    Ok(sched_setaffinity(None, &one)?)
}

/// The time of one round trip, over a batch of them.
fn batch(card: &mut Connection) -> Result<f64, mynumber_transport::Error> {
    let select = Command::new(Class::ISO, Instruction::SELECT, 4, 0x0C).with_data(&[0xD3, 0x92, 0xF0, 0x00]);
    let mut reply = Reply::new();
    let start = Instant::now();
    for _ in 0..BATCH {
        card.transmit(&select, &mut reply)?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(BATCH))
}

/// The same without a thread between.
fn direct_batch(card: &pcsc::Card) -> Result<f64, pcsc::Error> {
    let mut buffer = [0; 300];
    let start = Instant::now();
    for _ in 0..BATCH {
        card.transmit(&[0x00, 0xA4, 0x04, 0x0C, 4, 0xD3, 0x92, 0xF0, 0x00], &mut buffer)?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(BATCH))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn in_words(error: impl Debug) -> Box<dyn Error> {
    format!("{error:?}").into()
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    stay_on_one_processor()?;
    let service = Pcscd::start();
    let _plugged = vpcd::plug(Minimal, service.slot(0))?;
    let echo_slot = service.slot(1);
    // Ends with the service.
    let echo = thread::spawn(move || echo_card(echo_slot));
    let context = Context::establish()?;
    let mut cards = Vec::new();
    for index in [0, 1] {
        let reader = service.reader(index);
        context.wait_for_card(Some(&reader), Some(Duration::from_secs(10)), &Cancel::new())?;
        cards.push(context.connect(&reader, &Options::default())?);
    }
    let [ours, least] = cards.as_mut_slice() else { return Err("two cards".into()) };
    let direct = pcsc::Context::establish(pcsc::Scope::User)?.connect(
        least.reader().as_c_str(),
        pcsc::ShareMode::Shared,
        pcsc::Protocols::ANY,
    )?;
    let (mut our_times, mut least_times, mut direct_times) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(batch(ours)?);
        least_times.push(batch(least)?);
        direct_times.push(direct_batch(&direct)?);
    }
    let (ours, least) = (median(our_times), median(least_times));
    let ratio = ours / least;
    println!("round trip through pcscd, median of {ROUNDS} batches of {BATCH}");
    println!("  vpcd::serve  {ours:8.1} us");
    println!("  echo card    {least:8.1} us");
    println!("  ratio        {ratio:8.2}  (at most {LIMIT})");
    println!("  echo card, without the thread of a connection {:.1} us", median(direct_times));
    drop((cards, direct));
    drop(service);
    drop(echo.join().map_err(in_words)?);
    if ratio > LIMIT { Err("a plugged card takes too long".into()) } else { Ok(()) }
}
