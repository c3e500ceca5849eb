package io.flowdb.sample.auth;

import io.flowdb.sample.web.ApiException;
import io.flowdb.sample.web.PlainText;
import jakarta.servlet.http.HttpServletRequest;
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
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Sign-up, log-in and log-out over HTTP. */
@RestController
@RequestMapping("/api")
final class AuthController {
    private final Accounts accounts;
    /** Guesses of one password from one client, whether the address is known or not. */
    private final Throttle<Guess> logIns;

    /** New accounts of one client, each of which costs a slow hash and stays. */
    private final Throttle<String> signUps;

    AuthController(Accounts accounts, Clock clock) {
        this.accounts = accounts;
        this.logIns = new Throttle<>(clock, 10);
        this.signUps = new Throttle<>(clock, 100);
    }

    @PostMapping("/signup")
    Answer signUp(@Valid @RequestBody NewAccount account, HttpServletRequest request) {
        letPass(signUps.begin(request.getRemoteAddr()));
        return Answer.of(accounts.signUp(EmailAddress.normalize(account.email()), account.password()));
    }

    @PostMapping("/login")
    Answer logIn(@Valid @RequestBody Credentials credentials, HttpServletRequest request) {
        String email = EmailAddress.normalize(credentials.email());
        Guess guess = new Guess(email, request.getRemoteAddr());
        letPass(logIns.begin(guess));
        Accounts.LogIn logIn = accounts.logIn(email, credentials.password())
                .orElseThrow(() -> ApiException.unauthorized("The e-mail address or the password is wrong."));
        logIns.forget(guess);
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

    /** Body of a sign-up. */
    record NewAccount(
            @NotBlank(message = "must not be blank")
            @Size(max = 254, message = "must have at most 254 characters")
            @Email(message = "must be an e-mail address")
            @Pattern(regexp = "\\P{Cf}*", message = "must have no invisible characters")
            @PlainText
            String email,

            @NotNull(message = "must not be missing") @PasswordLength
            String password) {
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

            @NotNull(message = "must not be missing") String password) {
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
