//! Every file of every package, given to every reader: whole, cut short, and with a bit turned over. What comes out does
//! not matter here, only that something does, and soon.

use crate::folder;
use mynumber_crypto::anchor::Anchor;
use mynumber_crypto::certificate::Certificate;
use mynumber_crypto::cms::{Reader, armor};
use mynumber_crypto::path::{Profile, Validator};
use mynumber_crypto::revocation::{Crl, CrlIndex, ocsp::Response};
use mynumber_crypto::{UnixTime, cvc};
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

/// Places at which a file is cut, and at which one of its bits is turned.
const PLACES: usize = 64;
/// The longest that one reading of one file may take.
const LONGEST: Duration = Duration::from_secs(5);

/// Reads everything below these folders and prints how much it was; whether nothing took too long.
pub(crate) fn run(folders: &[&Path]) -> Result<bool, Box<dyn Error>> {
    let (mut count, mut readings) = (0_usize, 0_usize);
    let (mut slowest, mut slowest_file) = (Duration::ZERO, String::new());
    for folder in folders {
        for path in folder::files(folder)? {
            let bytes = folder::bare(std::fs::read(&path)?);
            count += 1;
            for variant in variants(&bytes) {
                readings += 1;
                let started = Instant::now();
                read(&variant);
                if started.elapsed() > slowest {
                    (slowest, slowest_file) = (started.elapsed(), path.display().to_string());
                }
            }
        }
    }
    println!("Every file by every reader");
    println!("  files {count}, readings {readings}, the slowest {slowest:?} ({slowest_file})");
    Ok(count > 0 && slowest < LONGEST)
}

/// The file itself, cut short, and changed.
fn variants(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let step = bytes.len() / PLACES + 1;
    let cut = (0..bytes.len()).step_by(step).map(|end| bytes[..end].to_vec());
    let changed = (0..bytes.len()).step_by(step).map(|place| {
        let mut changed = bytes.to_vec();
        changed[place] ^= 1 << (place % 8);
        changed
    });
    std::iter::once(bytes.to_vec()).chain(cut).chain(changed)
}

fn read(bytes: &[u8]) {
    let now = UnixTime::from_seconds(1_790_812_800);
    if let Ok(certificate) = Certificate::parse(bytes) {
        let anchors: Vec<_> = Anchor::from_certificate(&certificate).into_iter().collect();
        let validator = Validator::new(&anchors, Profile::general());
        let _ = validator.validate(&certificate, &[certificate], now);
        let _ = (certificate.subject().to_string(), certificate.extensions().iter().count());
        let _ = (certificate.extensions().crl_distribution_point(), certificate.extensions().ocsp_url());
    }
    let _ = (Crl::parse(bytes), CrlIndex::build(bytes));
    if let Ok(response) = Response::parse(bytes) {
        let _ = (response.answers().count(), response.certificates().count());
    }
    let _ = cvc::Certificate::new(bytes, bytes);
    if let Ok(unwrapped) = armor::unwrap(bytes)
        && let Ok(mut message) = Reader::read(&unwrapped.message)
    {
        let _ = message.content(unwrapped.content.as_deref().unwrap_or_default());
        let _ = message
            .verify(&Validator::new(&[], Profile::general()), &[], now)
            .map(|verdict| verdict.signers().len());
    }
}
