//! CMS messages: ours and those of openssl, good ones and bad ones.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests may fail loudly, their helpers too")]

mod altered;
mod faults;
mod openssl;
mod ours;

#[test]
fn the_fuzz_corpus_holds_messages_that_pass() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/crypto_cms");
    let files = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path());
    let passing = files
        .map(|path| testkit::fuzz::crypto_cms_accepts(&std::fs::read(path).expect("readable")))
        .filter(|signers| *signers > 0);
    assert!(passing.count() >= 10);
}
