//! A14 to A18: lies about certificates, signatures, texts, and the answer to reset.

use super::Duty::{Escape, NoSignature, Refuse, RightOrError};
use super::{Row, row};
use crate::hostile::contents;
use crate::hostile::lies::{Always, Atr, On, Signature, Written};

pub(super) const ROWS: &[Row] = &[
    row(
        "certificate-with-tail",
        "A14",
        Refuse,
        "bytes follow the holder's certificates",
        "電子証明書の後に余分なバイトがある",
        || Box::new(Written(contents::certificate_with_tail)),
    ),
    row(
        "two-certificates",
        "A14",
        Refuse,
        "the certificate files hold two",
        "電子証明書のファイルに2枚入っている",
        || Box::new(Written(contents::two_certificates)),
    ),
    row(
        "certificate-other-tag",
        "A14",
        Refuse,
        "the certificates begin with another tag",
        "電子証明書の先頭のタグが異なる",
        || Box::new(Written(contents::certificate_of_another_tag)),
    ),
    row(
        "signature-short",
        "A15",
        NoSignature,
        "signatures lack their last byte",
        "署名が1バイト短い",
        || Box::new(Signature::Length(-1)),
    ),
    row(
        "signature-long",
        "A15",
        NoSignature,
        "signatures have a byte more",
        "署名が1バイト長い",
        || Box::new(Signature::Length(1)),
    ),
    row(
        "signature-empty",
        "A15",
        NoSignature,
        "no signature, and 9000",
        "署名なしで9000を返す",
        || Box::new(Always(On::SIGN, &[0x90, 0x00])),
    ),
    row(
        "signature-flipped",
        "A15",
        NoSignature,
        "one bit of each signature is wrong",
        "署名の1ビットが誤っている",
        || Box::new(Signature::Flipped),
    ),
    row(
        "keys-swapped",
        "A15",
        NoSignature,
        "each key signs for the other certificate",
        "署名用と利用者証明用の鍵だけが入れ替わっている",
        || Box::new(Written(contents::keys_swapped)),
    ),
    row(
        "certificates-swapped",
        "A16",
        NoSignature,
        "the two certificates have changed places",
        "署名用と利用者証明用の電子証明書が入れ替わっている",
        || Box::new(Written(contents::certificates_swapped)),
    ),
    row(
        "certificates-and-keys-swapped",
        "A16",
        NoSignature,
        "the two certificates have changed places, and their keys with them",
        "電子証明書と鍵の両方が入れ替わっている",
        || Box::new(Written(contents::both_swapped)),
    ),
    row("name-not-utf8", "A17", Refuse, "the name is not UTF-8", "氏名がUTF-8でない", || {
        Box::new(Written(contents::name_not_utf8))
    }),
    row("name-with-nul", "A17", Escape, "a NUL stands in the name", "氏名にNULがある", || {
        Box::new(Written(contents::name_with_nul))
    }),
    row(
        "name-with-escapes",
        "A17",
        Escape,
        "the name commands the terminal",
        "氏名に端末の制御文字列がある",
        || Box::new(Written(contents::name_with_escapes)),
    ),
    row(
        "name-reversed",
        "A17",
        Escape,
        "the name turns the writing about",
        "氏名に書字方向の制御文字がある",
        || Box::new(Written(contents::name_reversed)),
    ),
    row("name-of-4-kib", "A17", Refuse, "the name has 4,096 bytes", "氏名が4,096バイトある", || {
        Box::new(Written(contents::name_of_4_kib))
    }),
    row(
        "token-with-escapes",
        "A17",
        Escape,
        "the token's label commands the terminal",
        "トークンのラベルに端末の制御文字列がある",
        || Box::new(Written(contents::token_with_escapes)),
    ),
    row("atr-empty", "A18", RightOrError, "an answer to reset of no byte", "ATRが0バイト", || {
        Box::new(Atr(&[]))
    }),
    row("atr-1", "A18", RightOrError, "an answer to reset of one byte", "ATRが1バイト", || {
        Box::new(Atr(&[0x3B]))
    }),
    row(
        "atr-33",
        "A18",
        RightOrError,
        "an answer to reset of 33 bytes, more than it announces",
        "ATRが33バイト",
        || Box::new(Atr(&LONG[..33])),
    ),
    row("atr-255", "A18", RightOrError, "an answer to reset of 255 bytes", "ATRが255バイト", || {
        Box::new(Atr(&LONG))
    }),
    row(
        "atr-bad-check",
        "A18",
        RightOrError,
        "an answer to reset with a wrong check byte",
        "ATRの検査バイトが誤っている",
        || Box::new(Atr(&[0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x00])),
    ),
    row(
        "atr-announces-too-much",
        "A18",
        RightOrError,
        "an answer to reset with fewer historical bytes than it announces",
        "ATRの管理情報バイトが宣言より少ない",
        || Box::new(Atr(&[0x3B, 0x8F, 0x80, 0x01, 0x80])),
    ),
];

/// An answer to reset that announces interface bytes again and again.
const LONG: [u8; 255] = {
    let mut bytes = [0xF1; 255];
    bytes[0] = 0x3B;
    bytes[1] = 0xFF;
    bytes
};
