package io.flowdb.json;

import static io.flowdb.internal.base.Arguments.check;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * One step from a version of the schema to the next. Carried out once, by {@link JsonDB#migrate}.
 *
 * @param version of the schema after it, 1 or more
 * @param description what it does, for the record
 * @param checksum is recorded, and has to be the same ever after: {@link JsonDB#migrate} refuses a step whose checksum
 *     differs from the recorded one. It tells of an edited step as far as it is made from what the step does
 * @param steps what it does; called again if it was interrupted, by an error or a crash, so it should change nothing
 *     but the database
 */
public record Migration(int version, String description, String checksum, Consumer<MigrationTransaction> steps) {

    /** Checks the version and that nothing is missing. */
    public Migration {
        check(version >= 1, "version", version, "1 or more");
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(checksum, "checksum");
        Objects.requireNonNull(steps, "steps");
    }

    /**
     * A step whose checksum is that of its version and description; code that is edited below the same description is
     * not noticed.
     */
    public static Migration of(int version, String description, Consumer<MigrationTransaction> steps) {
        Objects.requireNonNull(description, "description");
        CRC32C crc = new CRC32C();
        crc.update((version + ":" + description).getBytes(StandardCharsets.UTF_8));
        return new Migration(version, description, Long.toHexString(crc.getValue()), steps);
    }
}
