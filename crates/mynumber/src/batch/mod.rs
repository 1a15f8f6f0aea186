//! Many checks at once: every core works, the results come in the order of the items, memory is bounded.
//!
//! [`Batch::run`] reads items from an iterator, hands them to worker threads, and calls back with one [`Entry`] per item,
//! first item first. It knows nothing of what is checked: `verify` says whether an item is accepted, with what evidence or
//! for what reason not. What is rejected stops nothing.
//!
//! ```
//! use mynumber::batch::{Batch, Cancel, Ended};
//!
//! let lines = ["1", "2", "three", "4"].map(Ok::<_, std::io::Error>);
//! let mut rejected = Vec::new();
//! let summary = Batch::on_all_cores().run(
//!     lines,
//!     |line| line.parse::<u32>(),
//!     |entry| {
//!         if let Err(reason) = &entry.outcome {
//!             rejected.push(format!("{}: {reason}", entry.number));
//!         }
//!         Ok(())
//!     },
//!     &Cancel::new(),
//! )?;
//! assert_eq!((summary.accepted, summary.rejected), (3, 1));
//! assert_eq!(rejected, ["2: invalid digit found in string"]);
//! assert_eq!((summary.ended, summary.next), (Ended::Finished, 4));
//! # Ok::<(), mynumber::batch::Failure<std::io::Error>>(())
//! ```
//!
//! # Signatures
//!
//! For certificates with signatures and digests, `verify` is a call of
//! [`Verifier::verify_digest`](crate::crypto::signer::Verifier::verify_digest); the verifier is made once, and all workers
//! use it:
//!
//! ```
//! use mynumber::batch::{Batch, Cancel};
//! use mynumber::crypto::certificate::Purpose;
//! use mynumber::crypto::digest::Hash;
//! use mynumber::crypto::path::{Profile, Validator};
//! use mynumber::crypto::signer::{Claim, Revocation, Verifier};
//! use mynumber::crypto::{Scheme, UnixTime, anchor};
//!
//! struct Line {
//!     certificate: Vec<u8>,
//!     digest: [u8; 32],
//!     signature: Vec<u8>,
//! }
//!
//! let validator = Validator::new(anchor::production(), Profile::jpki(Purpose::Signature));
//! let verifier = Verifier::new(validator, Revocation::NotChecked);
//! let at = UnixTime::from_seconds(1_790_814_600);
//! let verify = |line: &Line| {
//!     let scheme = Scheme::Pkcs1v15(Hash::Sha256);
//!     let claim = Claim { certificate: &line.certificate, scheme, signature: &line.signature };
//!     verifier.verify_digest(&claim, &line.digest, at)
//! };
//! let lines = [Line { certificate: vec![0x30], digest: [0; 32], signature: vec![0; 256] }];
//! let summary = Batch::on_all_cores().run(
//!     lines.into_iter().map(Ok::<_, std::io::Error>),
//!     verify,
//!     |entry| Ok(assert!(entry.outcome.is_err())),
//!     &Cancel::new(),
//! )?;
//! assert_eq!((summary.accepted, summary.rejected), (0, 1));
//! # Ok::<(), mynumber::batch::Failure<std::io::Error>>(())
//! ```
//!
//! # What to know
//!
//! * **Items should be cheap to make** (a line of text, the name of a file): they are made on the calling thread. The
//!   parsing belongs into `verify`, which runs on the workers, and whose failure is a rejection like any other.
//! * **Memory:** at most [`window`](Batch::with_window) items are read and not yet called back, with their results. An
//!   item that takes long therefore holds up the reading once the window is full, and never the order.
//! * **Progress** is the callback itself: [`Entry::number`] items lie behind it. Results wait at most a twentieth of a second
//!   for it, or as long as the iterator takes to give the next item.
//! * **Resuming:** [`Summary::next`] and [`Failure::next`] are the number of the first item that was not called back. Give it
//!   to [`Batch::starting_at`] with the same items, and those before it are read and passed over.
//! * **Cancelling:** items that no worker has taken are dropped, the others are finished and, as far as none is missing
//!   before them, called back. A worker takes one item, or up to eight where its last ones took less than two milliseconds.
//! * **A `verify` that panics** rejects its item ([`Rejection::Panicked`]) and the batch goes on. Nothing is accepted by
//!   panicking. It needs a build that unwinds, which is the default. A panic of the iterator or of the callback ends the
//!   batch and reaches the caller.

mod queue;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use queue::{Closing, Queue};

/// Items per worker that may be on the way: enough that no worker waits while results are written out.
const WINDOW_PER_WORKER: usize = 128;

/// How a batch is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    threads: NonZeroUsize,
    window: NonZeroUsize,
    first: u64,
}

impl Batch {
    /// With this many worker threads, and 128 items per worker on the way.
    #[must_use]
    pub fn new(threads: NonZeroUsize) -> Self {
        Self { threads, window: threads.saturating_mul(per_worker()), first: 0 }
    }

    /// With one worker per core that the operating system lets this process use; one when it does not say.
    #[must_use]
    pub fn on_all_cores() -> Self {
        Self::new(std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }

    /// With at most this many items that are read and not yet called back. Fewer than workers leave workers idle.
    #[must_use]
    pub const fn with_window(mut self, items: NonZeroUsize) -> Self {
        self.window = items;
        self
    }

    /// Passes over the items before this number; the first item has number 0.
    #[must_use]
    pub const fn starting_at(mut self, number: u64) -> Self {
        self.first = number;
        self
    }

    /// The number of worker threads.
    #[must_use]
    pub const fn threads(&self) -> NonZeroUsize {
        self.threads
    }

    /// The most items that are read and not yet called back.
    #[must_use]
    pub const fn window(&self) -> NonZeroUsize {
        self.window
    }

    /// Checks every item, and calls `each` with the result, in the order of the items. Returns when the items end, the
    /// batch is cancelled, or reading or writing failed.
    ///
    /// `items` and `each` run on the calling thread, `verify` on the workers.
    ///
    /// # Errors
    /// [`Failure`] with the first error of `items` or of `each`. What was read before an error of `items` is checked and
    /// called back first.
    ///
    /// # Panics
    /// When the operating system gives no thread, and with `items` and `each` when they do.
    pub fn run<T, A, R, E>(
        &self,
        items: impl IntoIterator<Item = Result<T, E>>,
        verify: impl Fn(&T) -> Result<A, R> + Sync,
        mut each: impl FnMut(Entry<T, A, R>) -> Result<(), E>,
        cancel: &Cancel,
    ) -> Result<Summary, Failure<E>>
    where
        T: Send,
        A: Send,
        R: Send,
    {
        let mut items = items.into_iter();
        let mut summary = Summary { accepted: 0, rejected: 0, next: 0, ended: Ended::Finished };
        if !self.pass_over(&mut items, &mut summary, cancel)? {
            return Ok(summary);
        }
        let queue = Queue::new(summary.next, self.window.get());
        std::thread::scope(|scope| {
            // Dropped on every way out, a panic of `items` or `each` included: the workers end, and the scope with them.
            let closing = Closing(&queue);
            for _ in 0..self.threads.get() {
                scope.spawn(|| queue.work(&verify));
            }
            let outcome = feed(&queue, &mut items, &mut each, &mut summary, cancel);
            drop(closing);
            outcome.map(|()| summary)
        })
    }

    /// Reads the items before the first one. `false`: there is nothing left to do.
    fn pass_over<T, E>(
        &self,
        items: &mut impl Iterator<Item = Result<T, E>>,
        summary: &mut Summary,
        cancel: &Cancel,
    ) -> Result<bool, Failure<E>> {
        while summary.next < self.first {
            if cancel.is_cancelled() {
                summary.ended = Ended::Cancelled;
                return Ok(false);
            }
            match items.next() {
                Some(Ok(_)) => summary.next += 1,
                Some(Err(source)) => {
                    return Err(Failure { part: Part::Items, next: summary.next, source });
                }
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// [`WINDOW_PER_WORKER`] as a number that is not zero.
const fn per_worker() -> NonZeroUsize {
    match NonZeroUsize::new(WINDOW_PER_WORKER) {
        Some(number) => number,
        None => NonZeroUsize::MIN,
    }
}

/// Reads, hands out, and calls back, until there is nothing left.
fn feed<T, A, R, E>(
    queue: &Queue<T, A, R>,
    items: &mut impl Iterator<Item = Result<T, E>>,
    each: &mut impl FnMut(Entry<T, A, R>) -> Result<(), E>,
    summary: &mut Summary,
    cancel: &Cancel,
) -> Result<(), Failure<E>> {
    let mut reading = true;
    let mut broken = None;
    let mut read = Vec::new();
    loop {
        for entry in queue.take_ready() {
            match &entry.outcome {
                Ok(_) => summary.accepted += 1,
                Err(_) => summary.rejected += 1,
            }
            let next = entry.number + 1;
            each(entry).map_err(|source| Failure { part: Part::Entries, next: summary.next, source })?;
            summary.next = next;
        }
        if cancel.is_cancelled() && (queue.drop_waiting() || reading) {
            reading = false;
            summary.ended = Ended::Cancelled;
        }
        let (mut room, mut ahead) = (queue.room(), 1);
        while reading && room > 0 && !cancel.is_cancelled() {
            match items.next() {
                Some(Ok(item)) => {
                    read.push(item);
                    room -= 1;
                    if read.len() >= ahead {
                        ahead = queue.put(&mut read);
                    }
                }
                Some(Err(source)) => {
                    broken = Some(source);
                    reading = false;
                }
                None => reading = false,
            }
        }
        if !cancel.is_cancelled() {
            queue.put(&mut read);
        }
        if !reading && queue.is_done() {
            break;
        }
        queue.wait(reading);
    }
    let next = summary.next;
    broken.map_or(Ok(()), |source| Err(Failure { part: Part::Items, next, source }))
}

/// One item with its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<T, A, R> {
    /// Which item it is; the first one has number 0.
    pub number: u64,
    /// The item.
    pub item: T,
    /// The evidence, or why there is none.
    pub outcome: Result<A, Rejection<R>>,
}

/// Why an item is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection<R> {
    /// What `verify` said.
    #[error("{0}")]
    Refused(R),
    /// `verify` panicked: a fault of the program. The item counts as not accepted.
    #[error("the check of this item failed by a fault of the program")]
    Panicked,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Items that were accepted and called back.
    pub accepted: u64,
    /// Items that were rejected and called back.
    pub rejected: u64,
    /// The number of the first item that was not called back: where to go on.
    pub next: u64,
    /// How the batch ended.
    pub ended: Ended,
}

/// How a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ended {
    /// There were no more items.
    Finished,
    /// [`Cancel::cancel`] was called.
    Cancelled,
}

/// The batch ended since items could not be read or results not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure<E> {
    /// Which of the two.
    pub part: Part,
    /// The number of the first item that was not called back: where to go on.
    pub next: u64,
    /// The error itself.
    pub source: E,
}

/// Where an error of a batch came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The iterator of items.
    Items,
    /// The callback.
    Entries,
}

impl<E> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.part {
            Part::Items => "the next item could not be read",
            Part::Entries => "a result could not be written",
        };
        write!(f, "{what}; the results before item {} are complete", self.next)
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Failure<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// A switch that ends a batch early, from another thread or from its own callback. Clones are the same switch.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A switch that is off.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the batch: within a twentieth of a second, plus what the items begun take.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the switch is on.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
