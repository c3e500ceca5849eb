package io.flowdb.sample.auth;

import java.util.Locale;

/** The one form in which an address is stored and looked up, however it was typed. */
final class EmailAddress {
    private EmailAddress() {}

    static String normalize(String typed) {
        return typed.strip().toLowerCase(Locale.ROOT);
    }
}
