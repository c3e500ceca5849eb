package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The language of the user changes nothing of what is stored. Numbers in file names were written with the digits of the
 * default locale: with those of Arabic, Persian or Bengali, recovery did not know the segments of the log, and every
 * commit since the last flush was gone without a word.
 */
class LocaleTest {
    private final Locale before = Locale.getDefault();
    private final FaultyFileSystem files = new FaultyFileSystem();
    private final Config config = Config.builder()
            .dataDir(Path.of("/data/db").toAbsolutePath())
            .autoBackground(false)
            .build();

    @AfterEach
    void restore() {
        Locale.setDefault(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "fa-IR", "bn-BD", "tr-TR", "th-TH-u-nu-thai", "de-CH"})
    void files_namedUnderAnyLocale_areFoundUnderAnyOther(String tag) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        Engine killed = EngineOpening.open(config, files);
        killed.write(FlowRecord.of("in a table", 0, "v"));
        killed.flush();
        killed.write(FlowRecord.of("in the log", 0, "v"));
        FaultyFileSystem left = files.afterPowerCut(Loss.ALL, new Random(1));

        checkIsThere(left);
        Locale.setDefault(Locale.ENGLISH);
        checkIsThere(left);
        killed.close();
    }

    private void checkIsThere(FaultyFileSystem left) {
        try (Engine engine = EngineOpening.open(config, left)) {
            assertThat(engine.query(Query.all()))
                    .containsExactly(FlowRecord.of("in a table", 0, "v"), FlowRecord.of("in the log", 0, "v"));
            assertThat(engine.verify().problems()).isEmpty();
        }
    }
}
