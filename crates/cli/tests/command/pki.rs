//! Certificates and revocation lists made by openssl.

use crate::harness::{Bench, SIGNATURE, openssl};

/// Writes the card's certificates: `sign.pem`, `auth.pem`, `sign-ca.pem`, `auth-ca.pem`.
pub(crate) fn certificates(bench: &Bench) {
    for (kind, pins) in [("sign", &[SIGNATURE][..]), ("auth", &[]), ("sign-ca", &[]), ("auth-ca", &[])] {
        let output = format!("{kind}.pem");
        let done = bench.run(&["certificate", kind, "--form", "pem", "-o", &output], pins);
        assert_eq!(done.code, 0, "{done:?}");
    }
}

/// What a revocation list of the signature authority shall be.
pub(crate) struct List<'a> {
    /// Serial numbers in hexadecimal with their reasons.
    pub(crate) revoked: &'a [(&'a str, &'a str)],
    /// Last part of the distribution point; `None` for a list of everything.
    pub(crate) point: Option<&'a str>,
    pub(crate) last_update: &'a str,
    pub(crate) next_update: &'a str,
}

impl Default for List<'_> {
    fn default() -> Self {
        Self {
            revoked: &[],
            point: Some("Shiken-shi"),
            last_update: "20200101000000Z",
            next_update: "20491231235959Z",
        }
    }
}

/// Writes a revocation list of the signature authority in PEM.
pub(crate) fn revocation_list(bench: &Bench, name: &str, list: &List<'_>) {
    let point = list.point.map_or_else(String::new, |city| {
        format!(
            "issuingDistributionPoint=critical,@point\n[point]\nfullname=dirName:name\n[name]\nC=JP\n\
             O=MYNUMBER-TEST\n0.OU=TEST for digital signature\n1.OU=CRL Distribution Points\n2.OU=Mihon-ken\n\
             CN={city} CRLDP\n"
        )
    });
    let configuration = format!(
        "[ca]\ndefault_ca=own\n[own]\ndatabase={}\ncrlnumber={}\ndefault_md=sha256\ncrl_extensions=ext\n\
         [ext]\nauthorityKeyIdentifier=keyid:always\n{point}",
        bench.at("index.txt"),
        bench.at("crlnumber"),
    );
    let entries: String = list
        .revoked
        .iter()
        .map(|(serial, reason)| {
            format!("R\t301231235959Z\t260102030405Z,{reason}\t{serial}\tunknown\t/CN=x\n")
        })
        .collect();
    bench.write("index.txt", entries);
    bench.write("index.txt.attr", "unique_subject = no\n");
    bench.write("crlnumber", "1000\n");
    openssl(&[
        "ca",
        "-config",
        &bench.write("ca.cnf", configuration),
        "-gencrl",
        "-crl_lastupdate",
        list.last_update,
        "-crl_nextupdate",
        list.next_update,
        "-cert",
        &bench.at("sign-ca.pem"),
        "-keyfile",
        &bench.at("data/authority/signature-ca.p8"),
        "-keyform",
        "DER",
        "-out",
        &bench.at(name),
    ]);
}

/// The serial number of a certificate in hexadecimal.
pub(crate) fn serial(bench: &Bench, name: &str) -> String {
    let shown = openssl(&["x509", "-in", &bench.at(name), "-noout", "-serial"]);
    shown.trim().trim_start_matches("serial=").to_owned()
}

/// A hierarchy of three levels with P-256 keys: `root.pem`, `middle.pem`, `leaf.pem` and their keys.
pub(crate) fn three_levels(bench: &Bench) {
    let common = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always\n";
    let authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
    let leaf = "keyUsage=critical,digitalSignature\ncertificatePolicies=1.3.6.1.4.1.99999.1\n";
    let mut issuer: Option<&str> = None;
    for (name, extensions) in [("root", authority), ("middle", authority), ("leaf", leaf)] {
        let key = bench.at(&format!("{name}.key"));
        openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", &key]);
        let subject = format!("/C=JP/O=MYNUMBER-TEST/CN={name}");
        let request = bench.at("request.pem");
        openssl(&["req", "-new", "-key", &key, "-subj", &subject, "-out", &request]);
        let file = bench.write("extensions.cnf", format!("{common}{extensions}"));
        let (output, days) = (bench.at(&format!("{name}.pem")), "3650");
        let mut arguments = vec![
            "x509", "-req", "-in", &request, "-extfile", &file, "-days", days, "-sha256", "-out", &output,
        ];
        let (by, by_key) = match issuer {
            Some(issuer) => (bench.at(&format!("{issuer}.pem")), bench.at(&format!("{issuer}.key"))),
            None => (String::new(), key.clone()),
        };
        match issuer {
            Some(_) => arguments.extend(["-CA", &by, "-CAkey", &by_key, "-CAcreateserial"]),
            None => arguments.extend(["-signkey", &by_key]),
        }
        openssl(&arguments);
        issuer = Some(name);
    }
}
