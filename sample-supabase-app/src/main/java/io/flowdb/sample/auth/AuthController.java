package io.flowdb.sample.auth;

import io.flowdb.sample.web.ApiException;
import io.flowdb.sample.web.PlainText;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.GroupSequence;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Sign-up, log-in and log-out over HTTP. */
@RestController
@RequestMapping("/api")
final class AuthController {
    /**
     * Nothing that looks like nothing: blanks but around it, marks of formatting, variation selectors, and the letters
     * of Hangul, Khmer and Mongolian and the pattern of Braille that are seen no more. No part gives back what it has
     * matched, so that each character is looked at once.
     */
    private static final String VISIBLE = "\\p{javaWhitespace}*+"
            + "[^\\p{Cc}\\p{Cf}\\p{Z}\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u2800\\u3164\\uFE00-\\uFE0F\\uFFA0"
            + "\\x{E0100}-\\x{E01EF}]*+"
            + "\\p{javaWhitespace}*+";

    private final Accounts accounts;

    /** Guesses of one password from one client, whether the address is known or not. */
    private final Throttle<Guess> guesses;

    /** Log-ins of one client, right or wrong: each costs a slow hash, and the right ones a session that stays. */
    private final Throttle<String> logIns;

    /** New accounts of one client, each of which costs a slow hash and stays. */
    private final Throttle<String> signUps;

    AuthController(Accounts accounts, Clock clock) {
        this.accounts = accounts;
        this.guesses = new Throttle<>(clock, 10);
        this.logIns = new Throttle<>(clock, 100);
        this.signUps = new Throttle<>(clock, 100);
    }

    @PostMapping(path = "/signup", produces = MediaType.APPLICATION_JSON_VALUE)
    Answer signUp(@Valid @RequestBody NewAccount account, HttpServletRequest request) {
        letPass(signUps.begin(request.getRemoteAddr()));
        return Answer.of(accounts.signUp(EmailAddress.normalize(account.email()), account.password()));
    }

    @PostMapping(path = "/login", produces = MediaType.APPLICATION_JSON_VALUE)
    Answer logIn(@Valid @RequestBody Credentials credentials, HttpServletRequest request) {
        String email = EmailAddress.normalize(credentials.email());
        String client = request.getRemoteAddr();
        Guess guess = new Guess(email, client);
        letPass(logIns.begin(client));
        letPass(guesses.begin(guess));
        Accounts.LogIn logIn = accounts.logIn(email, credentials.password())
                .orElseThrow(() -> ApiException.unauthorized("The e-mail address or the password is wrong."));
        guesses.forget(guess);
        return Answer.of(logIn);
    }

    @PostMapping("/logout")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void logOut(SignedIn signedIn) {
        accounts.logOut(signedIn);
    }

    private static void letPass(Optional<Duration> toWait) {
        toWait.ifPresent(wait -> {
            throw ApiException.tooManyAttempts(wait);
        });
    }

    /** What is counted of log-ins. */
    private record Guess(String email, String client) {}

    /** Body of a sign-up. First its lengths: nothing longer is looked at further. */
    @GroupSequence({NewAccount.Length.class, NewAccount.class})
    record NewAccount(
            @NotBlank(message = "must not be blank", groups = Length.class)
            @Size(max = 254, message = "must have at most 254 characters", groups = Length.class)
            @Email(message = "must be an e-mail address")
            @Pattern(regexp = VISIBLE, message = "must have no blank or invisible characters")
            @PlainText
            String email,

            @NotNull(message = "must not be missing", groups = Length.class)
            @PasswordLength(groups = Length.class)
            @PlainText
            String password) {
        /** The constraints that come first. */
        interface Length {}

        @Override
        public String toString() {
            return "NewAccount[secret]";
        }
    }

    /** Body of a log-in. It is not told which passwords are possible. */
    record Credentials(
            @NotBlank(message = "must not be blank")
            @Size(max = 254, message = "must have at most 254 characters")
            @PlainText
            String email,

            @NotNull(message = "must not be missing") @Size(min = 1, message = "must not be empty")
            String password) {
        @Override
        public String toString() {
            return "Credentials[secret]";
        }
    }

    /** Answer to both. */
    record Answer(String userId, String token) {
        static Answer of(Accounts.LogIn logIn) {
            return new Answer(logIn.userId(), logIn.token().value());
        }

        @Override
        public String toString() {
            return "Answer[secret]";
        }
    }
}
