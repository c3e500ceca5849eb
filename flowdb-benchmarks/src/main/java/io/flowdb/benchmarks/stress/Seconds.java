package io.flowdb.benchmarks.stress;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time: {@code 30} or {@code 30s} are seconds, {@code 0.5} is half of one, {@code 2m} are minutes. */
final class Seconds implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,3})?)([sm]?)");

    @Override
    public Duration convert(String value) {
        Matcher matcher = FORM.matcher(value.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + value + "' is no time, allowed: as 30, 0.5, 30s or 2m");
        }
        double seconds =
                Double.parseDouble(matcher.group(1)) * (matcher.group(2).equals("m") ? 60 : 1);
        return Duration.ofMillis(Math.round(seconds * 1e3));
    }
}
