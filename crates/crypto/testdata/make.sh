#!/bin/sh
# Makes the files of this folder anew, with openssl: self-signed certificates of every kind of key, and signatures.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
certificate() { # name, hash, and how to make the key
    name=$1 hash=$2
    shift 2
    openssl genpkey -quiet "$@" -out "$work/$name.pem"
    openssl req -x509 -new -key "$work/$name.pem" "-$hash" -days 3650 -outform der -out "$name.der" \
        -subj "/C=JP/O=MYNUMBER-TEST/OU=$name" -utf8 \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
}
certificate rsa2048-sha256 sha256 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
certificate rsa3072-sha384 sha384 -algorithm RSA -pkeyopt rsa_keygen_bits:3072
certificate rsa2048-sha512 sha512 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
certificate rsa1024-sha256 sha256 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
certificate rsa2048-e3-sha256 sha256 -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3
certificate p256-sha256 sha256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve
certificate p384-sha384 sha384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -pkeyopt ec_param_enc:named_curve
certificate p384-explicit-sha384 sha384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -pkeyopt ec_param_enc:explicit
certificate rsa2048-sha1 sha1 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
key=$work/rsa2048-sha256.pem
printf 'a message of the test' > "$work/message"
openssl dgst -sha256 -sign "$key" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 \
    -out pss-sha256.sig "$work/message"
openssl dgst -sha256 -sign "$key" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 \
    -out pss-sha256-salt20.sig "$work/message"
openssl pkeyutl -sign -inkey "$key" -pkeyopt rsa_padding_mode:pkcs1 -in "$work/message" -out raw.sig
