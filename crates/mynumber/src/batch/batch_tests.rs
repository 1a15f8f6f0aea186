use super::{Batch, Cancel, Ended, Entry, Failure, Part, Rejection, Summary};
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn batch(threads: usize, window: usize) -> Batch {
    let number = |number| NonZeroUsize::new(number).unwrap();
    Batch::new(number(threads)).with_window(number(window))
}

fn numbers(count: u64) -> impl Iterator<Item = Result<u64, &'static str>> {
    (0..count).map(Ok)
}

/// Odd numbers are refused.
fn even(number: &u64) -> Result<u64, &'static str> {
    if number.is_multiple_of(2) { Ok(number / 2) } else { Err("odd") }
}

/// A callback that keeps the numbers of the items.
fn kept<T, A, R, E>(seen: &mut Vec<u64>) -> impl FnMut(Entry<T, A, R>) -> Result<(), E> {
    |entry| {
        seen.push(entry.number);
        Ok(())
    }
}

fn finished(accepted: u64, rejected: u64) -> Summary {
    Summary { accepted, rejected, next: accepted + rejected, ended: Ended::Finished }
}

#[test]
fn results_come_in_the_order_of_the_items_with_evidence_or_reason() {
    for (threads, window) in [(1, 1), (1, 7), (2, 1), (2, 3), (4, 64), (8, 2)] {
        let mut seen = Vec::new();
        let summary = batch(threads, window)
            .run(
                numbers(1000),
                even,
                |entry| {
                    seen.push(entry);
                    Ok(())
                },
                &Cancel::new(),
            )
            .unwrap();
        assert_eq!(summary, finished(500, 500), "{threads} threads, window of {window}");
        assert_eq!(seen.len(), 1000);
        for (number, entry) in (0u64..).zip(seen) {
            let outcome = even(&number).map_err(Rejection::Refused);
            assert_eq!(entry, Entry { number, item: number, outcome });
        }
    }
}

#[test]
fn no_items_are_no_work() {
    let each = |_: Entry<u64, u64, &str>| panic!("nothing to call back");
    assert_eq!(batch(3, 3).run(numbers(0), even, each, &Cancel::new()), Ok(finished(0, 0)));
}

#[test]
fn a_slow_item_does_not_reorder_and_does_not_stop_the_others() {
    // Item 0 is finished when all others of its window are: with one lane they could not be.
    let begun = AtomicUsize::new(0);
    let verify = |number: &u64| {
        if *number == 0 {
            while begun.load(Ordering::SeqCst) < 15 {
                thread::yield_now();
            }
        } else {
            begun.fetch_add(1, Ordering::SeqCst);
        }
        Ok::<_, Infallible>(())
    };
    let mut seen = Vec::new();
    let summary = batch(2, 16).run(numbers(64), verify, kept(&mut seen), &Cancel::new());
    assert_eq!(summary, Ok(finished(64, 0)));
    assert_eq!(seen, (0..64).collect::<Vec<_>>());
}

/// Counts how many of its kind are alive, and the most that ever were.
#[derive(Default)]
struct Count {
    alive: AtomicUsize,
    most: AtomicUsize,
}

struct Counted<'c>(&'c Count);

impl<'c> Counted<'c> {
    fn new(count: &'c Count) -> Self {
        let alive = count.alive.fetch_add(1, Ordering::SeqCst) + 1;
        count.most.fetch_max(alive, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn memory_is_bounded_by_the_window_even_behind_a_slow_item() {
    let count = Count::default();
    let (release, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let items = (0..500).map(|number| {
        if number == 10 {
            // The last item that the window of 10 can hold has been read: item 0 may end now.
            release.send(()).unwrap();
        }
        Ok::<_, Infallible>((number, Counted::new(&count)))
    });
    let verify = |(number, _): &(u32, Counted<'_>)| {
        if *number == 0 {
            // Items 1 to 9 are checked meanwhile; item 10 is not read until item 0 is called back.
            assert!(held.lock().unwrap().recv_timeout(Duration::from_millis(200)).is_err());
        }
        Ok::<_, Infallible>(())
    };
    let summary = batch(3, 10).run(items, verify, |_| Ok(()), &Cancel::new());
    assert_eq!(summary, Ok(finished(500, 0)));
    assert_eq!(count.most.load(Ordering::SeqCst), 10);
    assert_eq!(count.alive.load(Ordering::SeqCst), 0);
}

#[test]
fn a_check_that_panics_rejects_its_item_and_nothing_else() {
    let verify = |number: &u64| {
        assert!(!number.is_multiple_of(100), "a fault of the program");
        even(number)
    };
    let mut panicked = Vec::new();
    let each = |entry: Entry<u64, u64, &str>| {
        if entry.outcome == Err(Rejection::Panicked) {
            panicked.push(entry.number);
        }
        Ok(())
    };
    let summary = batch(3, 20).run(numbers(300), verify, each, &Cancel::new());
    assert_eq!(summary, Ok(finished(147, 153)));
    assert_eq!(panicked, [0, 100, 200]);
}

#[test]
fn a_callback_that_panics_ends_the_batch_and_reaches_the_caller() {
    let each = |entry: Entry<u64, u64, &str>| if entry.number == 5 { panic!("enough") } else { Ok(()) };
    let run = || batch(2, 4).run(numbers(1000), even, each, &Cancel::new());
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
}

#[test]
fn items_that_cannot_be_read_end_the_batch_after_those_before_them() {
    let items = numbers(30).chain([Err("the disk is gone")]).chain(numbers(5));
    let mut seen = 0;
    let each = |_| {
        seen += 1;
        Ok(())
    };
    let outcome = batch(2, 8).run(items, even, each, &Cancel::new());
    let failure = Failure { part: Part::Items, next: 30, source: "the disk is gone" };
    assert_eq!((outcome, seen), (Err(failure), 30));
}

#[test]
fn a_batch_whose_results_cannot_be_written_is_resumed_without_a_gap() {
    let mut seen = Vec::new();
    let first = batch(2, 8).run(
        numbers(100),
        even,
        |entry| if entry.number == 41 { Err("the disk is full") } else { kept(&mut seen)(entry) },
        &Cancel::new(),
    );
    let failure = first.unwrap_err();
    assert_eq!(failure, Failure { part: Part::Entries, next: 41, source: "the disk is full" });
    let checked = AtomicU64::new(0);
    let verify = |number: &u64| {
        checked.fetch_add(1, Ordering::SeqCst);
        even(number)
    };
    let rest =
        batch(2, 8).starting_at(failure.next).run(numbers(100), verify, kept(&mut seen), &Cancel::new());
    let summary = rest.unwrap();
    assert_eq!((summary.accepted + summary.rejected, summary.next), (59, 100));
    assert_eq!(checked.into_inner(), 59, "what was done is not done again");
    assert_eq!(seen, (0..100).collect::<Vec<_>>());
}

#[test]
fn starting_behind_the_end_checks_nothing() {
    let each = |_: Entry<u64, u64, &str>| panic!("nothing to call back");
    let summary = batch(2, 2).starting_at(50).run(numbers(20), even, each, &Cancel::new()).unwrap();
    assert_eq!((summary.accepted, summary.rejected, summary.next), (0, 0, 20));
}

#[test]
fn a_cancelled_batch_says_where_to_go_on() {
    let cancel = Cancel::new();
    let mut seen = Vec::new();
    let each = |entry: Entry<u64, u64, &str>| {
        seen.push(entry.number);
        if entry.number == 20 {
            cancel.cancel();
        }
        Ok(())
    };
    // Without end: only cancelling ends it.
    let summary = batch(2, 8).run((0..).map(Ok::<_, &str>), even, each, &cancel).unwrap();
    assert_eq!(summary.ended, Ended::Cancelled);
    assert!((21..40).contains(&summary.next), "{summary:?}");
    assert_eq!(seen, (0..summary.next).collect::<Vec<_>>());
    assert_eq!(summary.accepted + summary.rejected, summary.next);
}

#[test]
fn cancelling_from_outside_does_not_wait_for_items_that_nobody_began() {
    let cancel = Cancel::new();
    let begun = AtomicU64::new(0);
    let (started, has_started) = mpsc::channel();
    let other = cancel.clone();
    let switch = thread::spawn(move || {
        has_started.recv().unwrap();
        other.cancel();
    });
    let verify = |number: &u64| {
        begun.fetch_add(1, Ordering::SeqCst);
        let _ = started.send(());
        while !cancel.is_cancelled() {
            thread::yield_now();
        }
        // Long enough for the feeding thread to see the switch before this worker takes the next item.
        thread::sleep(Duration::from_millis(200));
        even(number)
    };
    let summary = batch(1, 100).run(numbers(100), verify, |_| Ok(()), &cancel).unwrap();
    switch.join().unwrap();
    assert_eq!((summary.ended, summary.next, begun.into_inner()), (Ended::Cancelled, 1, 1));
}

#[test]
fn a_batch_cancelled_after_its_last_item_is_finished() {
    let cancel = Cancel::new();
    let each = |entry: Entry<u64, u64, &str>| {
        if entry.number == 9 {
            cancel.cancel();
        }
        Ok(())
    };
    assert_eq!(batch(2, 100).run(numbers(10), even, each, &cancel), Ok(finished(5, 5)));
    assert_eq!(batch(2, 1).run(numbers(10), even, |_| Ok(()), &cancel).unwrap().next, 0);
}
