package io.flowdb.data.contract;

import io.flowdb.data.contract.Item.Status;
import io.flowdb.data.repository.FlowDbRepository;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.data.domain.Range;

/** A derived query for each keyword, on each kind of property it applies to. */
interface ItemRepository extends FlowDbRepository<Item, String> {

    List<Item> findByName(String name);

    List<Item> findByNameIgnoreCase(String name);

    List<Item> findByNameIs(String name);

    List<Item> findByNameNot(String name);

    List<Item> findByNameNotIgnoreCase(String name);

    List<Item> findByNameIsNull();

    List<Item> findByNameIsNotNull();

    List<Item> findByNameLike(String pattern);

    List<Item> findByNameLikeIgnoreCase(String pattern);

    List<Item> findByNameNotLike(String pattern);

    List<Item> findByNameStartingWith(String prefix);

    List<Item> findByNameStartingWithIgnoreCase(String prefix);

    List<Item> findByNameEndingWith(String suffix);

    List<Item> findByNameEndingWithIgnoreCase(String suffix);

    List<Item> findByNameContaining(String part);

    List<Item> findByNameContainingIgnoreCase(String part);

    List<Item> findByNameNotContaining(String part);

    List<Item> findByNameIsEmpty();

    List<Item> findByNameIsNotEmpty();

    List<Item> findByNameMatchesRegex(String regex);

    List<Item> findByNameMatchesIgnoreCase(String regex);

    List<Item> findByNameRegex(Pattern pattern);

    List<Item> findByNameIn(Collection<String> names);

    List<Item> findByNameIn(String... names);

    List<Item> findByNameInIgnoreCase(Collection<String> names);

    List<Item> findByNameNotIn(Collection<String> names);

    List<Item> findByNameGreaterThan(String name);

    List<Item> findByNameBetween(String low, String high);

    List<Item> findByNameExists();

    List<Item> findByNameExists(Boolean exists);

    List<Item> findByAge(Integer age);

    List<Item> findByAgeNot(Integer age);

    List<Item> findByAgeLessThan(Integer age);

    List<Item> findByAgeLessThanEqual(int age);

    List<Item> findByAgeGreaterThan(Integer age);

    List<Item> findByAgeGreaterThanEqual(long age);

    List<Item> findByAgeBetween(Integer low, Integer high);

    List<Item> findByAgeBetween(Range<Integer> range);

    List<Item> findByAgeIn(Collection<Integer> ages);

    List<Item> findByAgeNotIn(Collection<Integer> ages);

    List<Item> findByAgeGreaterThanAndAgeLessThan(int low, int high);

    List<Item> findByAgeIsNull();

    List<Item> findByPrice(BigDecimal price);

    List<Item> findByPriceGreaterThan(BigDecimal price);

    List<Item> findByActiveTrue();

    List<Item> findByActiveFalse();

    List<Item> findByActive(Boolean active);

    List<Item> findByActiveIsNot(Boolean active);

    List<Item> findByStatus(Status status);

    List<Item> findByStatusNot(Status status);

    List<Item> findByStatusIn(Collection<Status> statuses);

    List<Item> findByStatusIn(Status... statuses);

    List<Item> findByDayBefore(LocalDate day);

    List<Item> findByDayAfter(LocalDate day);

    List<Item> findByDayBetween(LocalDate from, LocalDate to);

    List<Item> findByAtAfter(Instant at);

    List<Item> findByAtLessThanEqual(Instant at);

    List<Item> findByTagsContaining(String tag);

    List<Item> findByTagsContaining(Collection<String> tags);

    List<Item> findByTagsNotContaining(String tag);

    List<Item> findByTagsIsEmpty();

    List<Item> findByTagsIsNotEmpty();

    List<Item> findByTags(List<String> tags);

    List<Item> findByUid(UUID uid);

    List<Item> findByPlaceCity(String city);

    List<Item> findByPlace_FloorGreaterThan(int floor);

    List<Item> findByPlaceCityIsNull();

    List<Item> findByNameAndAge(String name, Integer age);

    List<Item> findByNameOrAge(String name, Integer age);

    List<Item> findByNameAndAgeOrStatusAndActive(String name, Integer age, Status status, Boolean active);

    List<Item> findByNameAndPlaceCityAllIgnoreCase(String name, String city);

    List<Item> findByStatusAndAgeGreaterThanEqual(Status status, int age);
}
