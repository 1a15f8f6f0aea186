//! A12 and A13: lies about PINs, and about what card it is.

use super::Duty::{PresentOnce, Refuse, RightOrError, SendNoPin};
use super::{Row, row};
use crate::hostile::lies::{Always, AnotherCard, Counts, CountsDownInSecret, On, RightIsWrong, SelectsOnly};

pub(super) const ROWS: &[Row] = &[
    row(
        "tries-63c0",
        "A12",
        SendNoPin,
        "the counter says 63C0: blocked",
        "残り回数が63C0（ロック）",
        || Box::new(Always(On::PIN, &[0x63, 0xC0])),
    ),
    row(
        "tries-63c1",
        "A12",
        SendNoPin,
        "the counter says 63C1: the last try",
        "残り回数が63C1（最後の1回）",
        || Box::new(Always(On::PIN, &[0x63, 0xC1])),
    ),
    row(
        "tries-63cf",
        "A12",
        PresentOnce,
        "the counter says 63CF: 15 tries",
        "残り回数が63CF（15回）",
        || Box::new(Always(On::PIN, &[0x63, 0xCF])),
    ),
    row(
        "tries-6300",
        "A12",
        SendNoPin,
        "the counter says 6300: no number",
        "残り回数が6300（数なし）",
        || Box::new(Always(On::PIN, &[0x63, 0x00])),
    ),
    row(
        "tries-6983",
        "A12",
        SendNoPin,
        "the counter says 6983: blocked",
        "残り回数が6983（ロック）",
        || Box::new(Always(On::PIN, &[0x69, 0x83])),
    ),
    row(
        "tries-6984",
        "A12",
        SendNoPin,
        "the counter says 6984: not usable",
        "残り回数が6984（使用不可）",
        || Box::new(Always(On::PIN, &[0x69, 0x84])),
    ),
    row(
        "tries-6a88",
        "A12",
        SendNoPin,
        "the counter says 6A88: no such PIN",
        "残り回数が6A88（該当なし）",
        || Box::new(Always(On::PIN, &[0x6A, 0x88])),
    ),
    row(
        "tries-9000",
        "A12",
        SendNoPin,
        "the counter says 9000: verified already",
        "残り回数が9000（照合済み）",
        || Box::new(Always(On::ASK, &[0x90, 0x00])),
    ),
    row(
        "tries-change",
        "A12",
        RightOrError,
        "the counter says 63C0, then 63C1, and so on to 63CF, question by question",
        "問い合わせのたびに残り回数が63C0、63C1、…、63CFと変わる",
        || Box::new(Counts(0)),
    ),
    row("verify-6300", "A12", PresentOnce, "PINs are answered by 6300", "照合に6300を返す", || {
        Box::new(Always(On::VERIFY, &[0x63, 0x00]))
    }),
    row("verify-63cf", "A12", PresentOnce, "PINs are answered by 63CF", "照合に63CFを返す", || {
        Box::new(Always(On::VERIFY, &[0x63, 0xCF]))
    }),
    row("verify-63c0", "A12", PresentOnce, "PINs are answered by 63C0", "照合に63C0を返す", || {
        Box::new(Always(On::VERIFY, &[0x63, 0xC0]))
    }),
    row("verify-6983", "A12", PresentOnce, "PINs are answered by 6983", "照合に6983を返す", || {
        Box::new(Always(On::VERIFY, &[0x69, 0x83]))
    }),
    row("verify-6984", "A12", PresentOnce, "PINs are answered by 6984", "照合に6984を返す", || {
        Box::new(Always(On::VERIFY, &[0x69, 0x84]))
    }),
    row("verify-6a88", "A12", PresentOnce, "PINs are answered by 6A88", "照合に6A88を返す", || {
        Box::new(Always(On::VERIFY, &[0x6A, 0x88]))
    }),
    row(
        "verify-9000-and-locked",
        "A12",
        Refuse,
        "every PIN is right, and nothing is unlocked by it",
        "どの暗証番号にも9000を返し、何も開かない",
        || Box::new(Always(On::VERIFY, &[0x90, 0x00])),
    ),
    row(
        "right-pin-is-wrong",
        "A12",
        PresentOnce,
        "every PIN is wrong, and costs a try",
        "どの暗証番号も誤りとして数える",
        || Box::new(RightIsWrong),
    ),
    row(
        "counts-down-in-secret",
        "A12",
        PresentOnce,
        "every PIN is wrong and costs a try, and the card says that three are left",
        "どの暗証番号も誤りとして数え、残りは常に3回と答える",
        || Box::new(CountsDownInSecret),
    ),
    row(
        "change-9000-and-old",
        "A12",
        Refuse,
        "the change of a PIN is answered by 6F00, and not made",
        "変更に6F00を返し、変更しない",
        || Box::new(Always(On::CHANGE, &[0x6F, 0x00])),
    ),
    row(
        "another-card",
        "A13",
        SendNoPin,
        "takes the application's name, and is another card: token string, files, no PINs",
        "アプリケーション名は受け付けるが、中身は別のカード",
        || Box::new(AnotherCard),
    ),
    row("yes-to-everything", "A13", SendNoPin, "9000 to everything", "すべてに9000を返す", || {
        Box::new(Always(On::Any, &[0x90, 0x00]))
    }),
    row(
        "no-to-everything-but-select",
        "A13",
        SendNoPin,
        "9000 to selecting, 6D00 to everything else",
        "選択に9000、他のすべてに6D00を返す",
        || Box::new(SelectsOnly),
    ),
];
