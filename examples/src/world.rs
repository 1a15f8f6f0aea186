//! A simulated world in a folder: a test authority, the card of 試験太郎, and the CRL of his municipality. The two log-in
//! examples share it, so that the server knows who issued the client's card. In the real world these are J-LIS, a person
//! and a municipality.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use mynumber::Slot;
use mynumber::crypto::UnixTime;
use mynumber::crypto::certificate::Purpose;
use mynumber::crypto::revocation::Reason;
use mynumber::driver::Card;
use mynumber::issuance::person::built_in;
use mynumber::issuance::pki::{Edition, Revoked, Store};
use mynumber::issuance::{Person, TestAuthority, personalise};
use mynumber::testing;
use mynumber::transport::InProcess;
use mynumber::virtual_card::{FileStorage, VirtualCard};

/// A CRL is renewed daily (CARD.md §5.4).
const DAY: i64 = 86_400;

/// The folder and its authority.
#[derive(Debug)]
pub struct World {
    folder: PathBuf,
    authority: TestAuthority,
}

impl World {
    /// Opens the world in this folder, or makes it, which takes some seconds.
    ///
    /// # Errors
    /// The folder cannot be written, or holds something else.
    pub fn open_or_make(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let store = Store::new(folder.join("authority"));
        if store.folder().exists() {
            return Ok(Self { folder: folder.to_owned(), authority: store.load()? });
        }
        fs::create_dir_all(folder.join("crls"))?;
        let mut random = mynumber::system_random();
        let authority = TestAuthority::generate(now(), &mut random)?;
        let image = personalise(&authority, &taro()?, &testing::secrets(), now(), &mut random)?;
        VirtualCard::new(image, FileStorage::create(&folder.join("taro.card"))?, random)?;
        let world = Self { folder: folder.to_owned(), authority };
        world.publish_crl(1, &[])?;
        store.save(&world.authority)?;
        Ok(world)
    }

    /// The authority.
    #[must_use]
    pub const fn authority(&self) -> &TestAuthority {
        &self.authority
    }

    /// The card, in the memory of this process and on its file. One process at a time can have it.
    ///
    /// # Errors
    /// There is no card, or another process has it.
    pub fn card(&self) -> Result<Card<InProcess<Slot>>, Box<dyn Error>> {
        let storage = FileStorage::open(&self.folder.join("taro.card"))?;
        let card = VirtualCard::open(storage, mynumber::system_random())?;
        Ok(Card::new(InProcess::new(Slot::new(card))))
    }

    /// The municipality publishes the CRL with this number: which user-authentication certificates are revoked as of now,
    /// by serial number. It is good for a day.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn publish_crl(&self, number: u64, serials: &[&[u8]]) -> Result<(), Box<dyn Error>> {
        let when = now();
        let revoked: Vec<Revoked> = serials
            .iter()
            .map(|serial| Revoked {
                serial: serial.to_vec(),
                when,
                reason: Reason::CertificateHold,
                invalid_since: None,
            })
            .collect();
        let next_update = UnixTime::from_seconds(when.seconds() + DAY);
        let edition = Edition { number, this_update: when, next_update };
        let municipality = taro()?.municipality;
        let crl = self.authority.crl(Purpose::UserAuthentication, Some(&municipality), &revoked, &edition)?;
        // Moved into its place, so that no reader sees half of it.
        let aside = self.folder.join("new.crl");
        fs::write(&aside, crl)?;
        fs::rename(aside, self.crls().join("users.crl"))?;
        Ok(())
    }

    /// The folder of the CRLs.
    #[must_use]
    pub fn crls(&self) -> PathBuf {
        self.folder.join("crls")
    }
}

fn taro() -> Result<Person, Box<dyn Error>> {
    Ok(built_in::find("taro").ok_or("nobody of this name")?)
}

/// The clock. The library has none: whoever uses it says what time it is.
#[must_use]
pub fn now() -> UnixTime {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    UnixTime::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}
