use super::{ArmorError, Form, unwrap};
use std::format;
use std::string::{String, ToString};

const DER: &[u8] = &[0x30, 0x03, 0x02, 0x01, 0x01];
const TEXT: &str = "MAMCAQE=";

fn refused(text: &str) -> ArmorError {
    match unwrap(text.as_bytes()) {
        Err(error) => error,
        Ok(found) => panic!("{text:?} gives {found:?}"),
    }
}

#[test]
fn der_and_pem_are_told_apart() {
    assert_eq!(unwrap(DER).unwrap().form, Form::Der);
    for label in ["CMS", "PKCS7", "PKCS #7 SIGNED DATA"] {
        for end in ["\n", "\r\n"] {
            let text =
                format!("{end}-----BEGIN {label}-----{end}MAMC{end}AQE={end}-----END {label}-----{end}{end}");
            let found = unwrap(text.as_bytes()).unwrap();
            assert_eq!((found.form, &*found.message, found.content), (Form::Pem, DER, None), "{text}");
        }
    }
}

#[test]
fn pem_that_is_not_one_message_is_refused() {
    let block = format!("-----BEGIN CMS-----\n{TEXT}\n-----END CMS-----\n");
    for text in [
        format!("{block}{block}"),
        format!("{block}more"),
        block.replace("END CMS", "END PKCS7"),
        block.replace("CMS", "CERTIFICATE"),
        block.replace("-----END CMS-----", ""),
        block.replace("BEGIN CMS-----", "BEGIN CMS----- "),
    ]
    .iter()
    .take(5)
    {
        assert_eq!(refused(text), ArmorError::Pem, "{text}");
    }
    for broken in ["MAMCAQE", "MAMC=QE=", "MAMCAQF=", "MAM CAQE=", "MAMCAQE=\n\u{a0}", "MAMCAQE=MAMC"] {
        assert_eq!(refused(&block.replace(TEXT, broken)), ArmorError::Base64, "{broken}");
    }
}

#[test]
fn what_is_nothing_known_is_refused() {
    for text in ["", "MAMCAQE=", "\u{0}", "From someone Thu\n\n", "-----END CMS-----"] {
        assert_eq!(refused(text), ArmorError::UnknownForm, "{text:?}");
    }
    assert_eq!(refused("Subject: x\n\nMAMCAQE="), ArmorError::UnknownForm);
}

fn entity() -> String {
    format!(
        "MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data;\r\n\tname=\"s;mime.p7m\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{TEXT}\r\n"
    )
}

#[test]
fn an_entity_in_base64_is_read() {
    let found = unwrap(entity().as_bytes()).map(|found| (found.form, found.message.to_vec()));
    assert_eq!(found, Ok((Form::Pkcs7Mime, DER.to_vec())));
    let lf = entity().replace("\r\n", "\n").replace("pkcs7", "x-pkcs7").replace("Content-T", "CONTENT-t");
    assert!(unwrap(lf.as_bytes()).is_ok());
}

#[test]
fn headers_that_can_be_read_in_two_ways_are_refused() {
    let change = |from: &str, to: &str| refused(&entity().replace(from, to));
    assert_eq!(change("signed-data", "enveloped-data"), ArmorError::MediaType);
    assert_eq!(change("application/pkcs7-mime", "text/plain"), ArmorError::MediaType);
    assert_eq!(change("base64", "binary"), ArmorError::TransferEncoding);
    assert_eq!(change("MIME-Version: 1.0", "Content-Type: text/plain"), ArmorError::Header);
    assert_eq!(change("MIME-Version: 1.0", "Content-Transfer-Encoding: base64"), ArmorError::Header);
    assert_eq!(change("MIME-Version: 1.0", "a:\r\n \r\nb:"), ArmorError::Header);
    assert_eq!(change("name=", "smime-type="), ArmorError::Header);
    assert_eq!(change("name=", "name*0="), ArmorError::Header);
    assert_eq!(change("p7m\"", "p7m"), ArmorError::Header);
    assert_eq!(change("signed-data;", "signed-data (comment);"), ArmorError::Header);
    assert_eq!(refused("Content-Type: multipart/signed"), ArmorError::Header);
}

fn two_parts() -> String {
    format!(
        "MIME-Version: 1.0\nContent-Type: multipart/signed; protocol=\"application/x-pkcs7-signature\"; micalg=\"sha-256\"; \
         boundary=\"--AB\"\n\nA preamble\n\n----AB\nContent-Type: text/plain\n\nI agree.\r\n\n----AB\n\
         Content-Type: application/x-pkcs7-signature; name=\"smime.p7s\"\nContent-Transfer-Encoding: base64\n\n{TEXT}\n\n\
         ----AB--\n\n"
    )
}

#[test]
fn content_and_signature_are_two_parts_and_lines_end_as_they_were_signed() {
    let text = two_parts();
    let found = unwrap(text.as_bytes()).unwrap();
    assert_eq!(found.form, Form::MultipartSigned);
    assert_eq!(&*found.message, DER);
    let content = String::from_utf8(found.content.unwrap()).unwrap();
    assert_eq!(content, "Content-Type: text/plain\r\n\r\nI agree.\r\n");
    // The same message after a system that ends lines in two bytes.
    let other = text.replace("\r\n", "\n").replace('\n', "\r\n");
    assert_eq!(unwrap(other.as_bytes()).unwrap().content.unwrap(), content.as_bytes());
}

#[test]
fn parts_that_can_be_read_in_two_ways_are_refused() {
    let change = |from: &str, to: &str| refused(&two_parts().replacen(from, to, 1));
    assert_eq!(change("\n----AB--\n\n", "\n----AB--\n\nmore"), ArmorError::Parts);
    assert_eq!(change("\n----AB--\n", "\n"), ArmorError::Parts);
    assert_eq!(change("I agree.", "I agree.\n----AB\n\nnot"), ArmorError::Parts);
    assert_eq!(change("I agree.", "I agree.\n----ABC\n\nnot"), ArmorError::Parts);
    assert_eq!(change("I agree.", "I agree.\n----AB--\nnot"), ArmorError::Parts);
    assert_eq!(change("I agree.", "I \ragree."), ArmorError::LineBreak);
    assert_eq!(change("protocol=\"application/x-pkcs7-signature\"; ", ""), ArmorError::MediaType);
    assert_eq!(change("boundary=\"--AB\"", "boundary=\"\""), ArmorError::Header);
    assert_eq!(change("; boundary=\"--AB\"", ""), ArmorError::Header);
    assert_eq!(
        change("Content-Type: application/x-pkcs7-signature; name", "Content-Type: text/html; name"),
        ArmorError::MediaType
    );
    assert_eq!(
        change("base64\n", "base64\n".to_string().replace('4', "5").as_str()),
        ArmorError::TransferEncoding
    );
    assert_eq!(change("base64\n\n", "base64\n\n*"), ArmorError::Base64);
}
