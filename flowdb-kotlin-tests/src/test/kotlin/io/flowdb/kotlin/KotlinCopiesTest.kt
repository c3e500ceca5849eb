package io.flowdb.kotlin

import io.flowdb.Config
import io.flowdb.Engine
import io.flowdb.annotation.Id
import io.flowdb.annotation.ObjectStore
import io.flowdb.data.convert.MappingFlowDbConverter
import io.flowdb.data.core.FlowDbTemplate
import io.flowdb.data.core.StoreSchemas
import io.flowdb.data.mapping.FlowDbMappingContext
import io.flowdb.json.JsonDB
import io.flowdb.json.SchemaMode
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.springframework.data.annotation.Version
import org.springframework.data.mapping.model.MappingInstantiationException
import tools.jackson.databind.json.JsonMapper

abstract class Remarked {
    var remark: String? = null
}

data class Cover(
    val colour: String,
    val finish: String? = "matt",
) {
    var scratches = 0
}

@ObjectStore("books")
data class Book(
    @Id val id: String?,
    val title: String? = "untitled",
    val cover: Cover? = Cover("red"),
    @Version val version: Long? = null,
) : Remarked() {
    var note: String? = null

    @Transient var opened = 0
}

/** No data class: it has no copy. */
@ObjectStore("boxes")
class Box(
    @Id val id: String? = null,
    val cost: Cents = Cents(1),
    val label: String? = "label",
    val mail: Mail? = Mail("box@example.org"),
    @Version val version: Long? = null,
) {
    var note: String? = null
}

@JvmInline
value class Nick(
    val text: String?,
)

@ObjectStore("pairs")
data class Pair(
    @Id val id: String,
    val first: String? = "a",
    val second: String? = "b",
    val count: Int = 3,
    val nick: Nick = Nick("nick"),
    val name: Nick = Nick("name"),
    val mail: Mail = Mail("pair@example.org"),
    val limit: Cents? = Cents(5),
    val size: Int = 4,
    val weight: Int,
) {
    init {
        require((first == null) == (second == null)) { "one of two" }
    }
}

/** Copies that the template makes of classes of Kotlin, and null as the value of what has a default. */
class KotlinCopiesTest {
    private val db = JsonDB.on(Engine.open(Config.builder().inMemory(true).build()))
    private val template = template(Book::class.java, Box::class.java, Pair::class.java)

    private fun template(vararg types: Class<*>): FlowDbTemplate {
        val context = FlowDbMappingContext()
        context.setInitialEntitySet(setOf(*types))
        context.afterPropertiesSet()
        val converter = MappingFlowDbConverter(context)
        db.applySchemas(StoreSchemas(converter).of(listOf(*types)), SchemaMode.UPDATE)
        return FlowDbTemplate(db, converter)
    }

    @AfterEach
    fun close() = db.close()

    private fun put(
        store: String,
        document: String,
    ) = db.put(store, JsonMapper.shared().readTree(document))

    private fun filled(book: Book) =
        book.apply {
            note = "note"
            remark = "remark"
            opened = 7
            cover?.scratches = 2
        }

    private fun assertFilled(book: Book) {
        assertThat(book.note).isEqualTo("note")
        assertThat(book.remark).isEqualTo("remark")
        assertThat(book.cover!!.scratches).isEqualTo(2)
    }

    /** The copy had none of what is not in the constructor, and so it was stored. */
    @Test
    fun save_dataClass_keepsPropertiesOfItsBodyAndInheritedOnes() {
        val inserted = template.save(filled(Book(null)))
        val updated = template.save(inserted)

        assertThat(updated.version).isEqualTo(2)
        assertThat(updated.opened).isEqualTo(7)
        assertFilled(updated)
        assertFilled(template.findById(updated.id!!, Book::class.java)!!)
    }

    @Test
    fun update_dataClass_keepsPropertiesOfItsBody() {
        template.save(filled(Book("1")))
        template
            .update(Book::class.java)
            .matching { it.eq("id", "1") }
            .set("title", "other")
            .set("cover.colour", "blue")
            .all()

        val stored = template.findById("1", Book::class.java)!!
        assertFilled(stored)
        assertThat(stored.title).isEqualTo("other")
        assertThat(stored.cover!!.colour).isEqualTo("blue")
    }

    /** Failed with "Cannot detect parameter names of copy creator". */
    @Test
    fun save_classWithAValueClass_getsItsIdAndVersion() {
        val saved = template.save(Box(label = null, mail = null).apply { note = "note" })
        val read = template.findById(saved.id!!, Box::class.java)!!

        for (box in listOf(saved, read)) {
            assertThat(box.cost).isEqualTo(Cents(1))
            assertThat(box.label).isNull()
            assertThat(box.mail).isNull()
            assertThat(box.version).isEqualTo(1)
            assertThat(box.note).isEqualTo("note")
        }
    }

    /** Null was read as the default, and stored as that by the next save. */
    @Test
    fun read_nullOfWhatHasADefault_isNull() {
        val stored = template.save(Book("1", null, null))
        assertThat(template.findById("1", Book::class.java)).isEqualTo(stored)
        val nested = template.save(Book("2", cover = Cover("green", null)))
        assertThat(template.findById("2", Book::class.java)).isEqualTo(nested)
    }

    @Test
    fun read_nullBesideAbsentFields_theseAloneHaveDefaults() {
        put("pairs", """{"id": "1", "first": null, "second": null, "weight": 2, "name": "ann"}""")
        assertThat(template.findById("1", Pair::class.java)).isEqualTo(Pair("1", null, null, name = Nick("ann"), weight = 2))

        put("pairs", """{"id": "2", "limit": null, "count": null, "mail": null, "nick": null, "weight": 2}""")
        assertThat(template.findById("2", Pair::class.java)).isEqualTo(Pair("2", nick = Nick(null), limit = null, weight = 2))
    }

    @Test
    fun read_absentWithoutDefault_isRefused() {
        put("pairs", """{"id": "1", "limit": null}""")
        assertThatThrownBy { template.findById("1", Pair::class.java) }.isInstanceOf(MappingInstantiationException::class.java)
        put("pairs", """{"id": "1", "first": null, "weight": 1}""")
        assertThatThrownBy { template.findById("1", Pair::class.java) }
            .isInstanceOf(MappingInstantiationException::class.java)
            .hasStackTraceContaining("one of two")
    }
}
