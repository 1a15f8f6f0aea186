//! What the jobs cost, with and without extended lengths.

use mynumber_driver::Card;
use mynumber_transport::{Counted, ShortOnly, Transport};
use mynumber_virtual_card::Quirks;
use testkit::host::{JOBS, inserted};

fn count<T: Transport>(transport: T, job: &testkit::host::Job) -> (u64, u64, u64) {
    let mut counted = Counted::new(transport);
    let mut card = Card::<&mut dyn Transport>::new(&mut counted);
    (job.run)(&mut card).unwrap_or_else(|error| panic!("{}: {error}", job.name));
    drop(card);
    let counts = counted.counts();
    (counts.exchanges, counts.received, counts.begun)
}

#[test]
fn every_job_takes_at_most_its_limit_and_less_than_the_peer() {
    for job in &JOBS {
        let (exchanges, _, begun) = count(inserted(Quirks::default()).unwrap(), job);
        assert!(exchanges <= job.limit, "{}: {exchanges}", job.name);
        assert!(exchanges <= job.peer, "{}: {exchanges}", job.name);
        assert_eq!(begun, 1, "{}: one transaction", job.name);
    }
}

/// READ BINARY beyond the first piece: the files of the sample by their lengths.
fn extra_pieces(name: &str) -> u64 {
    let length: u64 = match name {
        "user-authentication certificate" => 1590,
        "signature certificate" | "signature with certificate" => 1758,
        "card face from the four-digit PIN" => 3070,
        _ => 0,
    };
    length.saturating_sub(1) / 256
}

#[test]
fn a_reader_without_extended_lengths_costs_the_pieces_and_reads_nothing_twice() {
    for job in &JOBS {
        let (whole, received, _) = count(inserted(Quirks::default()).unwrap(), job);
        let (exchanges, short_received, _) = count(ShortOnly::new(inserted(Quirks::default()).unwrap()), job);
        let extra = extra_pieces(job.name);
        assert_eq!(exchanges, whole + extra, "{}", job.name);
        assert_eq!(short_received, received + 2 * extra, "{}: a status word for each piece", job.name);
    }
}

#[test]
fn a_card_without_extended_lengths_costs_one_exchange_to_find_out() {
    for job in &JOBS {
        let (whole, ..) = count(inserted(Quirks::default()).unwrap(), job);
        let quirks = Quirks { no_extended: true, ..Quirks::default() };
        let (exchanges, ..) = count(inserted(quirks).unwrap(), job);
        assert!(exchanges <= whole + extra_pieces(job.name) + 1, "{}: {exchanges}", job.name);
    }
}

#[test]
fn chained_answers_cost_get_response_and_nothing_else() {
    for job in &JOBS {
        let quirks = Quirks { chain_above: Some(0), ..Quirks::default() };
        let (exchanges, ..) = count(inserted(quirks).unwrap(), job);
        let (whole, ..) = count(inserted(Quirks::default()).unwrap(), job);
        assert!(exchanges <= whole + extra_pieces(job.name) + 3, "{}: {exchanges}", job.name);
    }
}
