use super::{BatchError, Done, Order, Outcome, Summary, personalise};
use crate::person::{Person, built_in};
use crate::personalise::PersonaliseError;
use mynumber_applet::FileId;
use mynumber_virtual_card::{FileContents, Image, MemoryStorage, VirtualCard};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::fs;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// The batch does not look into the images that it writes: hardly anything stands in this one.
fn image() -> Image {
    let mut image = Image::empty();
    image.files.insert(FileId::SignatureCertificate, FileContents::Bytes(vec![0x30; 1500]));
    image
}

fn orders(folder: &TempDir, count: usize) -> Vec<Order> {
    let order = |number: usize| {
        let mut person = built_in::find("taro").unwrap();
        person.serial = format!("{number:015}");
        Order { file: folder.path().join(format!("{number}.card")), person }
    };
    (0..count).map(order).collect()
}

fn run(orders: Vec<Order>, each: impl FnMut(&Done) -> ControlFlow<()>) -> Summary {
    let workers = NonZeroUsize::new(3).unwrap();
    let make = |_: &Person, _: &mut ChaCha20Rng| Ok::<_, PersonaliseError>(image());
    personalise(orders.into_iter(), workers, &mut ChaCha20Rng::seed_from_u64(1), make, each)
}

fn go_on(_: &Done) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn summary(made: u64, was_there: u64, failed: u64) -> Summary {
    Summary { made, was_there, failed, broken_off: false }
}

fn is_whole(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap();
    VirtualCard::open(MemoryStorage::holding(&bytes), ChaCha20Rng::seed_from_u64(1)).is_ok()
}

#[test]
fn every_order_becomes_a_card_and_is_called_back_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut numbers = Vec::new();
    let done = run(orders(&folder, 8), |done| {
        assert!(matches!(done.outcome, Ok(Outcome::Made)));
        assert!(is_whole(&done.file), "called back when the card is there");
        numbers.push(done.number);
        ControlFlow::Continue(())
    });
    assert_eq!(done, summary(8, 0, 0));
    numbers.sort_unstable();
    assert_eq!(numbers, (0..8).collect::<Vec<_>>());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 8, "nothing else is left behind");
    assert_eq!(run(Vec::new(), go_on), summary(0, 0, 0));
}

#[test]
fn a_batch_taken_up_again_makes_what_is_missing_and_what_is_half() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(orders(&folder, 3), go_on), summary(3, 0, 0));
    let whole = fs::read(folder.path().join("0.card")).unwrap();
    let mut damaged = whole.clone();
    damaged[500] ^= 1;
    fs::write(folder.path().join("1.card"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("2.card"), damaged).unwrap();
    fs::write(folder.path().join("3.card"), b"").unwrap();
    fs::write(folder.path().join("4.card.unfinished"), &whole[..100]).unwrap();
    assert_eq!(run(orders(&folder, 6), go_on), summary(5, 1, 0));
    for number in 0..6 {
        assert!(is_whole(&folder.path().join(format!("{number}.card"))), "{number}");
    }
    assert_eq!(fs::read(folder.path().join("0.card")).unwrap(), whole, "what was there is untouched");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6);
}

#[test]
fn a_file_that_is_no_card_is_left_alone_and_the_others_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let diary = folder.path().join("1.card");
    fs::write(&diary, "a diary that somebody kept under this name, and would like to keep").unwrap();
    let done = run(orders(&folder, 3), |done| {
        let is_occupied = matches!(done.outcome, Err(BatchError::Occupied(_)));
        assert_eq!(is_occupied, done.number == 1);
        ControlFlow::Continue(())
    });
    assert_eq!(done, summary(2, 0, 1));
    assert!(fs::read_to_string(&diary).unwrap().starts_with("a diary"));
}

#[test]
fn what_cannot_be_made_or_written_fails_alone_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut orders = orders(&folder, 4);
    orders[2].file = folder.path().join("no such folder/2.card");
    let make = |person: &Person, _: &mut ChaCha20Rng| {
        if person.serial.ends_with('1') { Err(PersonaliseError::Expired) } else { Ok(image()) }
    };
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let done = personalise(orders.into_iter(), NonZeroUsize::MIN, &mut rng, make, |done| {
        match done.number {
            1 => assert!(matches!(done.outcome, Err(BatchError::Personalise(_)))),
            2 => assert!(matches!(done.outcome, Err(BatchError::Disk { .. }))),
            _ => assert!(done.outcome.is_ok()),
        }
        ControlFlow::Continue(())
    });
    assert_eq!(done, summary(2, 0, 2));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_batch_that_is_broken_off_begins_no_more_and_counts_what_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let mut called = 0;
    let done = run(orders(&folder, 50), |_| {
        called += 1;
        if called == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(done.broken_off);
    assert_eq!(called, 5);
    // Three workers: each had begun one at most, and finished another while the callback was in the middle.
    assert!((5..=12).contains(&done.made), "{done:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), usize::try_from(done.made).unwrap());
    let rest = run(orders(&folder, 50), go_on);
    assert_eq!((rest.made, rest.was_there), (50 - done.made, done.made));
}

#[test]
fn no_more_orders_are_read_than_there_are_workers_and_results_to_call_back() {
    let folder = tempfile::tempdir().unwrap();
    let (read, called) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let orders = orders(&folder, 30).into_iter().inspect(|_| {
        let open = read.fetch_add(1, Ordering::SeqCst) + 1 - called.load(Ordering::SeqCst);
        assert!(open <= 2 + 1 + 1, "{open} orders are neither made nor called back");
    });
    let make = |_: &Person, _: &mut ChaCha20Rng| Ok::<_, PersonaliseError>(image());
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let done = personalise(orders, NonZeroUsize::new(2).unwrap(), &mut rng, make, |_| {
        std::thread::sleep(Duration::from_millis(2));
        called.fetch_add(1, Ordering::SeqCst);
        ControlFlow::Continue(())
    });
    assert_eq!(done, summary(30, 0, 0));
}

#[test]
fn the_same_seed_makes_the_same_cards_whatever_the_number_of_workers() {
    use rand_core::Rng;
    // The random numbers that a card is made of, in the place of the card.
    let drawn = |workers: usize, there: &[usize]| {
        let folder = tempfile::tempdir().unwrap();
        for number in there {
            assert_eq!(run(orders(&folder, number + 1).split_off(*number), go_on), summary(1, 0, 0));
        }
        let drawn = std::sync::Mutex::new(Vec::new());
        let make = |person: &Person, rng: &mut ChaCha20Rng| {
            drawn.lock().unwrap().push((person.serial.clone(), rng.next_u64()));
            Ok::<_, PersonaliseError>(image())
        };
        let workers = NonZeroUsize::new(workers).unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        personalise(orders(&folder, 5).into_iter(), workers, &mut rng, make, go_on);
        let mut drawn = drawn.into_inner().unwrap();
        drawn.sort();
        drawn
    };
    let alone = drawn(1, &[]);
    assert_eq!(alone.len(), 5);
    assert_eq!(drawn(3, &[]), alone);
    assert_eq!(drawn(2, &[1, 3]), [&alone[0], &alone[2], &alone[4]].map(Clone::clone));
}

#[cfg(unix)]
#[test]
fn a_card_of_a_batch_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    run(orders(&folder, 1), go_on);
    let mode = fs::metadata(folder.path().join("0.card")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}
