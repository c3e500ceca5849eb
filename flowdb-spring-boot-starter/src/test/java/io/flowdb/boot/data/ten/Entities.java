package io.flowdb.boot.data.ten;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import org.springframework.data.annotation.Version;

/** Ten entities. */
public final class Entities {
    private Entities() {}

    /** Entity 0. */
    @ObjectStore("ten0")
    public record E0(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}

    /** Entity 1. */
    @ObjectStore("ten1")
    public record E1(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}

    /** Entity 2. */
    @ObjectStore("ten2")
    public record E2(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}

    /** Entity 3. */
    @ObjectStore("ten3")
    public record E3(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}

    /** Entity 4. */
    @ObjectStore("ten4")
    public record E4(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}

    /** Entity 5. */
    @ObjectStore("ten5")
    public record E5(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}

    /** Entity 6. */
    @ObjectStore("ten6")
    public record E6(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}

    /** Entity 7. */
    @ObjectStore("ten7")
    public record E7(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}

    /** Entity 8. */
    @ObjectStore("ten8")
    public record E8(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}

    /** Entity 9. */
    @ObjectStore("ten9")
    public record E9(
            @Id String id,
            @Indexed String owner,
            @Indexed(unique = true) String code,
            int rank,
            @Version Long version) {}
}
