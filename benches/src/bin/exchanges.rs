//! Exchanges and bytes of each job, ours beside jpki/myna's: what the holder of a contactless card waits for.
//!
//! Run: `cargo run -p benches --bin exchanges`. It ends with an error when a job takes more than its limit.

use std::io::{Write, stdout};

use mynumber_driver::Card;
use mynumber_transport::{Counted, Counts, ShortOnly, Transport};
use mynumber_virtual_card::Quirks;
use testkit::host::{JOBS, Job, inserted};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn count(transport: impl Transport, job: &Job) -> Outcome<Counts> {
    let mut counted = Counted::new(transport);
    (job.run)(&mut Card::new(&mut counted))?;
    Ok(counted.counts())
}

fn main() -> Outcome<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "exchanges, the question for the tries left and the log-out included, on the virtual card"
    )?;
    writeln!(
        out,
        "peer: jpki/myna at its newest, counted on the wire; given figures, not measured in this run"
    )?;
    writeln!(
        out,
        "{:36} {:>5} {:>6} {:>5} {:>6} {:>9} {:>10} {:>8}",
        "job", "peer", "limit", "ours", "bytes", "by 61xx", "refused", "short"
    )?;
    let mut over = Vec::new();
    for job in &JOBS {
        let chained = Quirks { chain_above: Some(0), ..Quirks::default() };
        let refusing = Quirks { no_extended: true, ..Quirks::default() };
        let whole = count(inserted(Quirks::default())?, job)?;
        let chained = count(inserted(chained)?, job)?.exchanges;
        let refused = count(inserted(refusing)?, job)?.exchanges;
        let short = count(ShortOnly::new(inserted(Quirks::default())?), job)?.exchanges;
        writeln!(
            out,
            "{:36} {:>5} {:>6} {:>5} {:>6} {chained:>9} {refused:>10} {short:>8}",
            job.name,
            job.peer,
            job.limit,
            whole.exchanges,
            whole.sent + whole.received,
        )?;
        if whole.exchanges > job.limit {
            over.push(job.name);
        }
    }
    writeln!(
        out,
        "by 61xx: the card chains its answers; refused: the card answers 6700 to extended lengths;"
    )?;
    writeln!(out, "short: the reader is known to carry none. The limit is that of the column `ours`.")?;
    if over.is_empty() { Ok(()) } else { Err(format!("over the limit: {}", over.join(", ")).into()) }
}
