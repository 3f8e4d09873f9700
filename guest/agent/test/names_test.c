#include "../src/names.h"

#include <string.h>

#include "test.h"

void names_tests(void) {
    char long_name[66];
    memset(long_name, 'a', sizeof long_name);
    long_name[65] = '\0';
    CHECK(!is_hostname(long_name));
    long_name[64] = '\0';
    CHECK(is_hostname(long_name) && is_hostname("a") && is_hostname("vm-01") && is_hostname("A1"));
    CHECK(!is_hostname("") && !is_hostname("-a") && !is_hostname("a-"));
    CHECK(is_hostname("a.b") && is_hostname("web-1.example.org"));
    CHECK(!is_hostname(".a") && !is_hostname("a.") && !is_hostname("a..b") && !is_hostname("a.-b"));
    CHECK(!is_hostname("a_b") && !is_hostname("a b") && !is_hostname("\xc3\xa4"));

    CHECK(is_machine_id("0123456789abcdef0123456789abcdef"));
    CHECK(!is_machine_id("00000000000000000000000000000000"));
    CHECK(!is_machine_id("0123456789ABCDEF0123456789abcdef") && !is_machine_id(""));
    CHECK(!is_machine_id("0123456789abcdef0123456789abcde"));
    CHECK(!is_machine_id("0123456789abcdef0123456789abcdef0"));

}
