/* SPDX-License-Identifier: Apache-2.0
 *
 * test_schema.c: stating columns, and the text form of a schema.
 */
#include <unistd.h>

#include "profile/schema_state.h"
#include "profile_fixture.h"

static drift_status read_text(const char *text, size_t length, drift_schema **out,
                              drift_error *error)
{
    char path[] = "schema-test-XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, length), (ssize_t)length);
    close(file);
    drift_status status = drift_schema_read(path, NULL, out, error);
    unlink(path);
    return status;
}

START_TEST(schema_keeps_what_is_stated)
{
    drift_schema *schema = NULL;
    ck_assert_int_eq(drift_schema_create(NULL, &schema), DRIFT_OK);
    ck_assert_int_eq(drift_schema_set_type(schema, "age", DRIFT_TYPE_NUMERIC), DRIFT_OK);
    ck_assert_int_eq(drift_schema_set_role(schema, "y", DRIFT_ROLE_LABEL), DRIFT_OK);
    ck_assert_int_eq(drift_schema_set_use(schema, "age", DRIFT_USE_INCLUDE), DRIFT_OK);
    ck_assert_int_eq(drift_schema_allow(schema, "size", "S", 1), DRIFT_OK);
    ck_assert_int_eq(drift_schema_allow(schema, "size", "S", 1), DRIFT_OK);
    ck_assert_int_eq(drift_schema_allow(schema, "size", "a\0b", 3), DRIFT_OK);
    ck_assert_uint_eq(drift_schema_size(schema), 3);
    const drift__schema_entry *age = drift__schema_find(schema, "age");
    ck_assert_int_eq(age->type, DRIFT_TYPE_NUMERIC);
    ck_assert_int_eq(age->use, DRIFT_USE_INCLUDE);
    ck_assert_uint_eq(drift_categories_size(drift__schema_find(schema, "size")->allowed), 2);
    ck_assert_ptr_null(drift__schema_find(schema, "none"));
    ck_assert_int_eq(drift__schema_use(schema, NULL), DRIFT_USE_AUTO);
    drift_schema_only_included(schema);
    ck_assert_int_eq(drift__schema_use(schema, NULL), DRIFT_USE_EXCLUDE);
    ck_assert_int_eq(drift__schema_use(schema, age), DRIFT_USE_INCLUDE);
    drift_schema_destroy(schema);
    drift_schema_destroy(NULL);
}
END_TEST

START_TEST(schema_refuses_bad_arguments)
{
    drift_schema *schema = NULL;
    ck_assert_int_eq(drift_schema_create(NULL, &schema), DRIFT_OK);
    ck_assert_int_eq(drift_schema_set_type(schema, "a", (drift_type)6), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_schema_set_role(schema, "a", (drift_role)7), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_schema_set_use(schema, "a", (drift_use)3), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_schema_set_type(schema, NULL, DRIFT_TYPE_ID),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_uint_eq(drift_schema_size(schema), 0);
    ck_assert_str_eq(drift_type_name(DRIFT_TYPE_TIMESTAMP), "timestamp");
    ck_assert_str_eq(drift_role_name(DRIFT_ROLE_SEGMENT), "segment");
    ck_assert_str_eq(drift_type_name((drift_type)99), "unknown");
    drift_schema_destroy(schema);
}
END_TEST

START_TEST(schema_survives_its_text)
{
    static const char text[] = "\xef\xbb\xbf{ \"columns\": [\n"
                               " {\"name\": \"age \\u00e9\", \"type\": \"numeric\"},\r\n"
                               " {\"use\": \"exclude\", \"name\": \"x\", \"role\": \"segment\"},\n"
                               " {\"name\": \"size\", \"allowed\": [\"S\", \"M\\\"\", 3, true]}\n"
                               "], \"only_included\": true, \"format\": \"drift.schema/1\" }\n";
    drift_schema *schema = NULL, *again = NULL;
    drift_error error = {""};
    drift_status status = read_text(text, sizeof text - 1, &schema, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    ck_assert_uint_eq(drift_schema_size(schema), 3);
    ck_assert_int_eq(drift__schema_find(schema, "age \xc3\xa9")->type, DRIFT_TYPE_NUMERIC);
    ck_assert_int_eq(drift__schema_find(schema, "x")->role, DRIFT_ROLE_SEGMENT);
    ck_assert_int_eq(drift__schema_find(schema, "x")->use, DRIFT_USE_EXCLUDE);
    uint64_t count;
    const drift_categories *allowed = drift__schema_find(schema, "size")->allowed;
    ck_assert_int_eq(drift_categories_count(allowed, "M\"", 2, &count), DRIFT_OK);
    ck_assert_int_eq(drift_categories_count(allowed, "3", 1, &count), DRIFT_OK);
    ck_assert_int_eq(drift_categories_count(allowed, "true", 4, &count), DRIFT_OK);
    drift_buffer *first = NULL, *second = NULL;
    drift_buffer_create(NULL, &first);
    drift_buffer_create(NULL, &second);
    ck_assert_int_eq(drift_schema_render_json(schema, first), DRIFT_OK);
    status = read_text(drift_buffer_data(first), drift_buffer_size(first), &again, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    ck_assert_int_eq(drift_schema_render_json(again, second), DRIFT_OK);
    ck_assert_str_eq(drift_buffer_data(first), drift_buffer_data(second));
    ck_assert_int_eq(again->only_included, 1);
    drift_buffer_destroy(first);
    drift_buffer_destroy(second);
    drift_schema_destroy(schema);
    drift_schema_destroy(again);
}
END_TEST

#define HEAD "{\"format\":\"drift.schema/1\",\"columns\":["

static const struct {
    const char *text, *message;
} bad[] = {
    {"", "line 1: column 1: expected '{'"},
    {"[]", "line 1: column 1: expected '{'"},
    {"{}", "there is no \"format\""},
    {"{\"format\":\"drift.schema/2\"}", "line 1: column 11: unknown format 'drift.schema/2'"},
    {"{\"format\":1}", "line 1: column 11: expected \"drift.schema/1\""},
    {"{\"form\":1}", "line 1: column 2: unknown key 'form'"},
    {"{\"format\":\"drift.schema/1\",\"columns\":[{\"name\":\"x\xab\"}]}",
     "line 1: column 49: the text is not UTF-8"},
    {"{\"format\":\"drift.schema/1\",\n\"format\":\"drift.schema/1\"}",
     "line 2: column 1: the key 'format' stands here twice"},
    {HEAD "]}x", "line 1: column 41: expected nothing after"},
    {HEAD "{\"name\":\"a\",\"typ\":\"id\"}]}", "unknown key 'typ'"},
    {HEAD "\n{\"name\":\"a\",\n \"type\":\"numerc\"}]}",
     "line 3: column 9: unknown type 'numerc': expected auto, numeric"},
    {HEAD "{\"name\":\"a\",\"role\":\"lable\"}]}", "unknown role 'lable'"},
    {HEAD "{\"name\":\"a\",\"use\":\"yes\"}]}", "unknown use 'yes'"},
    {HEAD "{\"type\":\"id\"}]}", "line 1: column 39: this column has no \"name\""},
    {HEAD "{\"name\":\"\"}]}", "empty or holds a NUL"},
    {HEAD "{\"name\":\"a\\u0000b\"}]}", "empty or holds a NUL"},
    {HEAD "{\"name\":\"a\"},{\"name\":\"a\"}]}", "column 60: the column 'a' stands here twice"},
    {HEAD "{\"name\":\"a\",\"allowed\":[null]}]}", "expected an allowed value"},
    {HEAD "{\"name\":\"a\",\"allowed\":{}}]}", "expected '['"},
    {HEAD "{\"name\":\"a\"", "expected ',' or '}'"},
    {HEAD "{\"name\" \"a\"}]}", "expected ':' after a key"},
    {HEAD "{name:1}]}", "expected a key in quotes"},
    {HEAD "{\"name\":\"a\\x\"}]}", "schema-test-"},
    {"{\"format\":\"drift.schema/1\",\"columns\":{}}", "expected '['"},
    {"{\"only_included\":1}", "expected true or false"},
};

START_TEST(schema_text_errors_name_the_place)
{
    drift_schema *schema = NULL;
    drift_error error = {""};
    ck_assert_int_eq(read_text(bad[_i].text, strlen(bad[_i].text), &schema, &error),
                     DRIFT_ERR_PARSE);
    ck_assert_ptr_null(schema);
    ck_assert_msg(strstr(error.message, bad[_i].message), "%s", error.message);
}
END_TEST

START_TEST(schema_file_that_is_not_there)
{
    drift_schema *schema = NULL;
    drift_error error = {""};
    ck_assert_int_eq(drift_schema_read("no-such-directory/s.json", NULL, &schema, &error),
                     DRIFT_ERR_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "no-such-directory/s.json: cannot read"));
}
END_TEST

START_TEST(schema_without_memory_changes_nothing)
{
    for (long left = 0; left < 200; left++) {
        failing_memory memory;
        drift_allocator allocator = failing_allocator(&memory);
        memory.fail_at = left;
        drift_schema *schema = NULL;
        drift_status status = drift_schema_create(&allocator, &schema);
        char name[16];
        for (int i = 0; i < 20 && status == DRIFT_OK; i++) {
            snprintf(name, sizeof name, "c%d", i);
            size_t before = drift_schema_size(schema);
            status = drift_schema_set_role(schema, name, DRIFT_ROLE_LABEL);
            ck_assert_uint_eq(drift_schema_size(schema), before + (status == DRIFT_OK));
            if (status == DRIFT_OK)
                status = drift_schema_allow(schema, name, "v", 1);
        }
        ck_assert(status == DRIFT_OK || status == DRIFT_ERR_OUT_OF_MEMORY);
        drift_schema_destroy(schema);
        ck_assert_int_eq(memory.alive, 0);
    }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("schema");
    tcase_add_test(cases, schema_keeps_what_is_stated);
    tcase_add_test(cases, schema_refuses_bad_arguments);
    tcase_add_test(cases, schema_survives_its_text);
    tcase_add_loop_test(cases, schema_text_errors_name_the_place, 0,
                        (int)(sizeof bad / sizeof *bad));
    tcase_add_test(cases, schema_file_that_is_not_there);
    tcase_add_test(cases, schema_without_memory_changes_nothing);
    return run_suite("schema", cases);
}
