package io.flowdb.sample.auth;

import java.text.Normalizer;
import java.util.Locale;

/**
 * The one form in which an address is stored and looked up, however it was typed: small letters, accents and letters in
 * one.
 */
final class EmailAddress {
    private EmailAddress() {}

    static String normalize(String typed) {
        return Normalizer.normalize(typed.strip().toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
    }
}
