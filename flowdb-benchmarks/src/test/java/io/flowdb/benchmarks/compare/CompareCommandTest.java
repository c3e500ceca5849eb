package io.flowdb.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.benchmarks.CommandLineRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompareCommandTest {
    private static final String NUMBER_OR_NULL = "(null|-?[0-9]+(\\.[0-9]{3})?)";
    private static final String LINE =
            "\\{\"suite\":\"(seed|kv|durable)\",\"workload\":\"[a-z0-9-]+\",\"engine\":\"[a-z]+\""
                    + ",\"opsPerSecond\":" + NUMBER_OR_NULL + ",\"p50Micros\":" + NUMBER_OR_NULL + ",\"p99Micros\":"
                    + NUMBER_OR_NULL
                    + ",\"bytesOnDisk\":" + NUMBER_OR_NULL + ",\"writeAmplification\":" + NUMBER_OR_NULL
                    + ",\"ratioToRocksdb\":"
                    + NUMBER_OR_NULL + "}";

    @TempDir
    Path dir;

    private Path json() {
        return dir.resolve("result.json");
    }

    private Path databases() {
        return dir.resolve("databases");
    }

    /** A run as short as can be, with a row of each workload and engine in {@link #json()}. */
    private CommandLineRun tinyRun(String... options) {
        List<String> arguments = new ArrayList<>(List.of("compare"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--seconds", "0.02", "--records", "1000", "--heap", "256m"));
        arguments.addAll(
                List.of("--json", json().toString(), "--dir", databases().toString()));
        return CommandLineRun.of(arguments.toArray(String[]::new));
    }

    /** Workload and engine of each line. */
    private static List<String> rows(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll(".*\"workload\":\"(.*?)\",\"engine\":\"(.*?)\".*", "$1 $2"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"seed", "kv", "durable"})
    void compare_tinyRunOfPeers_writesEveryRowAndLeavesNothingBehind(String suite) throws Exception {
        CommandLineRun run = tinyRun("--suite", suite, "--engines", "rocksdb,mvstore", "--rounds", "1");

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> lines = Files.readAllLines(json());
        assertThat(lines).allMatch(line -> line.matches(LINE));
        assertThat(rows(lines)).containsExactlyElementsOf(expectedRows(suite));
        assertThat(run.out()).contains("durability", "x rocksdb", "round 1 of 1: " + suite + " mvstore");
        assertThat(databases()).isEmptyDirectory();
    }

    @Test
    void compare_tinyRunOfDocuments_leavesOutWhatAnEngineLacks() throws Exception {
        CommandLineRun run = tinyRun("--suite", "documents", "--engines", "flowdb,sqlite,nitrite", "--rounds", "1");

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> rows = rows(Files.readAllLines(json()));
        assertThat(rows)
                .contains("put-1 flowdb", "put-64 nitrite", "rmw-8 sqlite", "full-scan nitrite")
                .hasSize(45);
        assertThat(rows).doesNotContain("rmw-8 nitrite", "import-cities sqlite");
        assertThat(Files.readString(json())).contains("\"ratioToRocksdb\":null,\"ratioToSqlite\":1}");
    }

    @Test
    void compare_tinyRunOfSpring_measuresEveryStoreAgainstBothPeers() throws Exception {
        CommandLineRun run = tinyRun("--suite", "spring", "--rounds", "1");

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> lines = Files.readAllLines(json());
        List<String> expected = new ArrayList<>();
        for (String workload : List.of("findById", "finder-unique", "finder-list-200", "save", "saveAll-1000")) {
            for (String engine : List.of("flowdb", "jpa-h2", "jpa-h2-default", "jdbc-sqlite")) {
                expected.add(workload + " " + engine);
            }
        }
        assertThat(rows(lines)).containsExactlyElementsOf(expected);
        assertThat(lines)
                .allMatch(line -> line.matches(
                        ".*\"ratioToRocksdb\":null,\"ratioToJpaH2\":[0-9.]+," + "\"ratioToJdbcSqlite\":[0-9.]+}"));
        assertThat(run.out()).contains("x jpa-h2", "x jdbc-sqlite", "lost by a kill");
        assertThat(databases()).isEmptyDirectory();
    }

    @Test
    void compare_someWorkloads_reportsOnlyThose() throws Exception {
        CommandLineRun run = tinyRun(
                "--suite",
                "kv",
                "--engines",
                "mvstore",
                "--rounds",
                "2",
                "--workloads",
                "readrandom,compact-smallcache");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readAllLines(json()))
                .extracting(line -> line.replaceAll(".*\"workload\":\"(.*?)\".*", "$1"))
                .containsExactly("readrandom", "compact-smallcache");
    }

    @Test
    void compare_hugePages_measuresWhereTheSystemGivesThem() throws Exception {
        CommandLineRun run = tinyRun(
                "--suite", "kv", "--engines", "mvstore", "--rounds", "1", "--workloads", "fillseq", "--huge-pages");

        if (HugePages.areAllowed()) {
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(rows(Files.readAllLines(json()))).containsExactly("fillseq mvstore");
        } else {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--huge-pages: the system gives none", "transparent_hugepage/enabled");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--suite nothing | unknown suite nothing, allowed: seed,kv,durable,documents,spring",
                "--suite kv --engines rocksdb,other | unknown engine other, allowed: flowdb,rocksdb,mvstore",
                "--suite kv --engines sqlite | --engines: sqlite, allowed: flowdb,rocksdb,mvstore",
                "--suite spring --engines sqlite | --engines: sqlite, allowed: flowdb,jpa-h2,jpa-h2-default,jdbc-sqlite",
                "--suite documents --cities /nowhere/cities.gz | no such file",
                "--suite documents --cities target | no such file",
                "--suite kv --json target/no/such/result.json | --json target/no/such/result.json: no file",
                "--suite kv --dir pom.xml | --dir pom.xml: no directory",
                "--suite kv --seconds 0 | --seconds 0.0, allowed",
                "--suite kv --seconds many | --seconds",
                "--suite kv --rounds 0 | --rounds 0, allowed",
                "--suite kv --records 1500 | --records 1500, allowed: multiples of 1000",
                "--suite kv --heap 2t | --heap 2t, allowed",
                "--suite kv --workloads disk | --workloads: disk, allowed: fillseq",
                "--engines rocksdb | --suite",
                "--suite kv --frobnicate | --frobnicate"
            })
    void compare_wrongArgument_exitsWithTwoAndSaysWhich(String arguments, String complaint) {
        List<String> args = new ArrayList<>(List.of("compare"));
        args.addAll(List.of(arguments.trim().split(" ")));

        CommandLineRun run = CommandLineRun.of(args.toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(complaint);
    }

    private static List<String> expectedRows(String suite) {
        List<String> rows = new ArrayList<>();
        for (String workload : Suite.of(suite).workloads()) {
            rows.add(workload + " rocksdb");
            rows.add(workload + " mvstore");
        }
        return rows;
    }
}
