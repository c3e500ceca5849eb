package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.InvalidQueryException;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexRoundsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "abc 0",
                "a{1000}[b-d]{2,}\\d{4}.{5} 0",
                "[0-9a-f]{8}-[0-9a-f]{4} 0",
                "(a|b)*c+ 0",
                "(?:\\d{1,3}\\.){3}\\d{1,3} 3",
                "(?:a(?:b){20}c){30} 600",
                "(a){2}(b){3} 5",
                "((a){2}(b){3}){4} 20",
                "(?:){30000} 30000",
                "^{7}\\b{8}\\b{g} 15",
                "a{3}{4} 4",
                "a*{5} 5",
                "(|{6}) 6",
                "(a)\\1{9} 9",
                "(?<n>a)\\k<n>{9} 9",
                "(?>{9}) 9",
                "(?:{9}) 9",
                "(?={9}) 9",
                "(?!{9}) 9",
                "(?<={9}) 9",
                "(?<!{9}) 9",
                "(?<name>{9}) 9",
                "(?i-s:{9}) 9",
                "(?i){9} 9",
                "(?>{3}+){4} 12",
                "\\Q(){9}\\E 0",
                "[()]{9}[]()]{9}[^]{]{9}[a[]{9}]b] 0",
                "\\({9}(a){2} 2",
                "\\p{L}{9}\\x{41}{9}\\pL{9} 0",
                "(?x)(a){3}[{]b{4} 12",
                "(?ix:a{3}) 3",
                "(?i-x:(a){3}) 3",
                "((((){99999}){99999}){99999}){99999} 2305843009213693951",
            })
    void of_regex_boundsWhatNoLookAtTheTextStops(String regex, long rounds) {
        Pattern.compile(regex);
        assertThat(RegexRounds.of(regex)).isEqualTo(rounds);
    }

    /** They went on for ever, as the steps of a match are counted by its looks at the text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?:(?:(?:(?:){30000}){30000}){30000}){30000}",
                "(?x) ( # (\n () {30000} ){30000}",
                "^{2000000000}",
                "(b?)(?:(?:\\1){30000}){30000}",
                "(?:a(?:){30000})*!",
                "(?:(?=){30000}){30000}",
                "(?>{30000,}+){30000,}\\b"
            })
    void query_byARegexThatRepeatsNothingWithoutAnEnd_isRefused(String endless) {
        try (JsonDB db = database()) {
            assertThatThrownBy(() ->
                            db.query("s").where(Filter.regex("v", endless)).count())
                    .isInstanceOf(InvalidQueryException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"^(ab){100}(?:a|b){2}", "[ab]{3000,}"})
    void query_byARegexThatLooksAtTheText_isAnswered(String regex) {
        try (JsonDB db = database()) {
            assertThat(db.query("s").where(Filter.regex("v", regex)).count()).isEqualTo(1);
        }
    }

    private static JsonDB database() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1}").put("v", "ab".repeat(100_000)));
        return db;
    }
}
