//! PINs, password and verification numbers (CARD.md §3).

use mynumber_applet::PinId;
use mynumber_applet::pin::{BirthDatePin, Secret, VerificationNumberA, VerificationNumberB};
use mynumber_virtual_card::{Image, Reference};

use super::{AS_DELIVERED_BLOCKED, Job, PersonaliseError};
use crate::person::Secrets;

impl Job<'_> {
    pub(super) fn write_references(&self, image: &mut Image) -> Result<(), PersonaliseError> {
        let person = self.person;
        let a = VerificationNumberA::from(&person.my_number);
        let birth = BirthDatePin::from_date(person.birth_date)?;
        let b = VerificationNumberB::from_parts(&birth, self.dates.card.year(), &person.code()?)?;
        let values: [(PinId, &dyn Secret); 5] = [
            (PinId::InputAssistNumberA, &a),
            (PinId::InputAssistNumberB, &b),
            (PinId::CardFaceBirthDate, &birth),
            (PinId::CardFaceNumberA, &a),
            (PinId::CardFaceNumberB, &b),
        ];
        for (id, secret) in values {
            image.references.insert(id, Reference::new(secret.bytes(), id.row().tries)?);
        }
        for id in AS_DELIVERED_BLOCKED {
            let value = self.secrets.and_then(|secrets| pin(secrets, id));
            let reference = match value {
                Some(secret) => Reference::new(secret.bytes(), id.row().tries)?,
                None => Reference::new(&[], id.row().tries)?.with_left(0),
            };
            image.references.insert(id, reference);
        }
        // Delivered blocked on every card seen; its value is not known, so there is none to guess.
        let reserved = PinId::InputAssistReserved;
        image.references.insert(reserved, Reference::new(&[], reserved.row().tries)?.with_left(0));
        Ok(())
    }
}

fn pin(secrets: &Secrets, id: PinId) -> Option<&dyn Secret> {
    Some(match id {
        PinId::Signature => &secrets.signature,
        PinId::UserAuthentication => &secrets.user_authentication,
        PinId::InputAssist => &secrets.input_assist,
        PinId::Juki | PinId::Common => &secrets.juki,
        _ => return None,
    })
}
