//! Thousands of cards: [`personalise`] makes card files on all cores, and can be broken off and taken up again.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use std::ops::ControlFlow;
//!
//! use mynumber_crypto::UnixTime;
//! use mynumber_issuance::batch::{self, Order};
//! use mynumber_issuance::person::{Secrets, built_in};
//! use mynumber_issuance::{TestAuthority, personalise};
//! use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let now = UnixTime::from_utc_time(b"261001003000Z").ok_or("a time")?;
//! let mut rng = ChaCha20Rng::seed_from_u64(1);
//! let authority = TestAuthority::generate(now, &mut rng)?;
//! let secrets = Secrets::documented()?;
//!
//! let person = built_in::find("taro").ok_or("a person")?;
//! let orders = [Order { file: folder.join("1.card"), person }];
//! let summary = batch::personalise(
//!     orders.into_iter(),
//!     NonZeroUsize::MIN,
//!     &mut rng,
//!     |person, rng| personalise(&authority, person, &secrets, now, rng),
//!     |_done| ControlFlow::Continue(()),
//! );
//! assert_eq!((summary.made, summary.was_there, summary.failed), (1, 0, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A card file gets its name when it is whole and on the disk. Taken up again with the same orders, the batch passes over
//! the cards that are there whole and makes the others; half a file, whoever left it, is made anew. A file that is no card
//! is left alone and its card fails.
//!
//! In memory are one card for each worker and the results that wait for the callback, one for each worker at most.

mod file;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use mynumber_virtual_card::{FormatError, Image, OpenError, StorageError};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::person::Person;
use crate::personalise::PersonaliseError;

/// A card to be made.
#[derive(Clone, Debug)]
pub struct Order {
    /// Where its file is to be. Each order has a file of its own.
    pub file: PathBuf,
    /// Whose it is.
    pub person: Person,
}

/// What became of an order.
#[derive(Debug)]
pub struct Done {
    /// Its number, from 0.
    pub number: u64,
    /// Its file.
    pub file: PathBuf,
    /// What became of it.
    pub outcome: Result<Outcome, BatchError>,
}

/// What became of a card that is there now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was made.
    Made,
    /// It was there, whole.
    WasThere,
}

/// How a batch ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Cards that were made.
    pub made: u64,
    /// Cards that were there.
    pub was_there: u64,
    /// Cards that are not there.
    pub failed: u64,
    /// Whether the callback broke it off.
    pub broken_off: bool,
}

/// Why a card of a batch is not there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// It could not be made.
    #[error(transparent)]
    Personalise(#[from] PersonaliseError),
    /// The file is there and is no card that this program may replace.
    #[error("the file is there and is no card of this program: {0}")]
    Occupied(FormatError),
    /// The card could not be brought into the form of its file.
    #[error(transparent)]
    Card(#[from] OpenError),
    /// The card's file in memory could not be read.
    #[error(transparent)]
    Memory(#[from] StorageError),
    /// What the caller does with each card before its file is written.
    #[error(transparent)]
    Caller(Box<dyn std::error::Error + Send + Sync>),
    /// The disk.
    #[error("{operation} the card's file: {source}")]
    Disk {
        /// What was being done.
        operation: &'static str,
        /// The operating system's reason.
        source: std::io::Error,
    },
}

impl BatchError {
    const fn disk(operation: &'static str, source: std::io::Error) -> Self {
        Self::Disk { operation, source }
    }
}

/// Makes the cards of `orders` on `workers` threads and calls `each` for every one, on the calling thread, as they become
/// ready. `each` breaks the batch off with [`ControlFlow::Break`]: cards that were begun are finished then, and no others
/// begun; those finished afterwards are counted, and `each` is not called for them.
///
/// `make` makes one card: [`personalise`](crate::personalise()) with the authority and the secrets of your choice. What has to
/// be kept of it, its certificates say, is kept there: the file is written afterwards ([`BatchError::Caller`]). Each card
/// draws from a generator of its own, seeded from `rng` in the order of `orders`, so the same `rng` makes the same cards
/// whatever the number of workers, and whichever of them were there.
///
/// What fails stops nothing but itself. A `make` that panics ends the batch and reaches the caller.
pub fn personalise<R, M, E>(
    orders: impl Iterator<Item = Order> + Send,
    workers: NonZeroUsize,
    rng: &mut R,
    make: M,
    mut each: impl FnMut(&Done) -> ControlFlow<()>,
) -> Summary
where
    R: CryptoRng + Send + ?Sized,
    M: Fn(&Person, &mut ChaCha20Rng) -> Result<Image, E> + Sync,
    E: Into<BatchError>,
{
    let queue = Mutex::new((orders.zip(0..), rng));
    let stop = AtomicBool::new(false);
    // Holds no result back that the callback could have: a worker waits until its result is taken.
    let (sender, results) = mpsc::sync_channel::<Done>(0);
    let mut summary = Summary::default();
    thread::scope(|scope| {
        for _ in 0..workers.get() {
            let (sender, queue, stop, make) = (sender.clone(), &queue, &stop, &make);
            scope.spawn(move || {
                let _fault = StopAfterPanic(stop);
                while !stop.load(Ordering::Relaxed)
                    && let Some((number, order, rng)) = next(queue)
                {
                    let outcome = file::make(&order, rng, make);
                    // Nobody listens only when the calling thread panicked.
                    if sender.send(Done { number, file: order.file, outcome }).is_err() {
                        return;
                    }
                }
            });
        }
        // The workers hold theirs: when the last one ends, so do the results.
        drop(sender);
        for done in results {
            summary.count(&done);
            if !summary.broken_off && each(&done).is_break() {
                summary.broken_off = true;
                stop.store(true, Ordering::Relaxed);
            }
        }
    });
    summary
}

/// A fault of the program is not repeated by the other workers.
struct StopAfterPanic<'a>(&'a AtomicBool);

impl Drop for StopAfterPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// The next order, with a generator of its own.
fn next<I, R>(queue: &Mutex<(I, &mut R)>) -> Option<(u64, Order, ChaCha20Rng)>
where
    I: Iterator<Item = (Order, u64)>,
    R: CryptoRng + ?Sized,
{
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let (orders, rng) = &mut *queue;
    let (order, number) = orders.next()?;
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut());
    Some((number, order, ChaCha20Rng::from_seed(*seed)))
}

impl Summary {
    const fn count(&mut self, done: &Done) {
        let count = match &done.outcome {
            Ok(Outcome::Made) => &mut self.made,
            Ok(Outcome::WasThere) => &mut self.was_there,
            Err(_) => &mut self.failed,
        };
        *count += 1;
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
