using System.Text;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Tests.Chat.Templates;

/// <summary>Templates come with downloaded files: a bomb must end with a typed error, soon and without eating the memory.</summary>
public class HostileTemplatesTests
{
    private const string Double = "{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}";

    public static IEnumerable<TheoryDataRow<string, string>> Bombs => new (string Name, string Template)[]
    {
        ("range", "{% for i in range(10**9) %}x{% endfor %}"),
        ("loops", "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"),
        ("busy loops", "{% for i in range(99999) %}{% for j in range(99999) %}{% set x = i * j %}{% endfor %}{% endfor %}"),
        ("output", "{% for i in range(99999) %}{{ 'x' * 10000 }}{% endfor %}"),
        ("recursion", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"),
        ("recursion in expressions", "{% macro f(x) %}{{ [1, f(x) ~ f(x)] | map('string') | join }}{% endmacro %}{{ f(1) }}"),
        ("mutual recursion", "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}"),
        ("doubling text", "{% set ns = namespace(s='abcdefgh') %}" + Double + "{{ ns.s }}"),
        ("doubling list", "{% set ns = namespace(s=[1, 2]) %}" + Double + "{{ ns.s }}"),
        ("shared lists", "{% set ns = namespace(s=['a']) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}"),
        ("shared lists compared", "{% set a = namespace(s=['a']) %}{% set b = namespace(s=['a']) %}{% for i in range(60) %}{% set a.s = [a.s, a.s] %}"
            + "{% set b.s = [b.s, b.s] %}{% endfor %}{{ a.s == b.s }}"),
        ("shared lists as JSON", "{% set ns = namespace(s=['a']) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s | tojson }}"),
        ("deep value", "{% set ns = namespace(s=[]) %}{% for i in range(50000) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}"),
        ("deep value compared", "{% set ns = namespace(s=[]) %}{% for i in range(50000) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s < ns.s }}"),
        ("deep mapping", "{% set ns = namespace(s={}) %}{% for i in range(50000) %}{% set ns.s = {'a': ns.s} %}{% endfor %}{{ ns.s | tojson }}"),
        ("power", "{{ 9 ** (9 ** 9) }}"),
        ("power of powers", "{% set ns = namespace(n=3) %}{% for i in range(60) %}{% set ns.n = ns.n * ns.n %}{% endfor %}{{ ns.n }}"),
        ("repeat", "{{ 'x' * 10**12 }}"),
        ("repeated list", "{{ [1] * 10**12 }}"),
        ("centre", "{{ 'x'.center(10**9) }}"),
        ("format width", "{{ '%1000000000d' % 1 }}"),
        ("format precision", "{{ '%.1000000000f' % 1.5 }}"),
        ("brace width", "{{ '{:>1000000000}'.format(1) }}"),
        ("replace", "{{ ('x' * 10000).replace('', 'y' * 10000) }}"),
        ("join", "{{ ('y' * 10000).join('x' * 10000) }}"),
        ("indentation", "{{ ('a\\n' * 100000) | indent(1000) }}"),
        ("searches", "{% set s = 'a' * 8000000 %}{% set p = 'a' * 4000000 + 'b' %}{% for i in range(1000) %}{{ p in s }}{% endfor %}"),
        ("counts", "{% set s = 'a' * 8000000 %}{% for i in range(99999) %}{{ s | length }}{{ s.count('b') }}{% endfor %}"),
        ("strips", "{% set s = 'a' * 8000000 %}{% for i in range(99999) %}{% set x = s.strip('a') %}{% endfor %}"),
        ("splits", "{% for i in range(99999) %}{% set x = ('a' * 8000000).split('a') %}{% endfor %}"),
        ("comparisons", "{% set s = 'a' * 8000000 %}{% set p = 'a' * 8000000 %}{% for i in range(99999) %}{{ s == p }}{% endfor %}"),
        ("keys", "{% set s = 'a' * 8000000 %}{% set d = {s: 1} %}{% for i in range(99999) %}{{ d[s] }}{{ s in d }}{{ d.get(s) }}{% endfor %}"),
        ("cases", "{% set s = 'a' * 8000000 %}{% for i in range(99999) %}{{ s is lower }}{{ s.isalpha() }}{% endfor %}"),
        ("sorting", "{% set l = range(99999) | list %}{% for i in range(99999) %}{% set x = l | sort %}{% endfor %}"),
        ("batches", "{% for i in range(99999) %}{% set x = 'ab' | batch(99999, 'x') | list %}{% endfor %}"),
        ("long text", new string('x', 10_000_000)),
        ("many statements", string.Concat(Enumerable.Repeat("{% if true %}", 10_000))),
        ("many brackets", "{{ " + new string('[', 10_000) + new string(']', 10_000) + " }}"),
        ("many parentheses", "{{ " + new string('(', 10_000) + "1" + new string(')', 10_000) + " }}"),
        ("many signs", "{{ " + new string('-', 10_000) + "1 }}"),
        ("many nots", "{{ " + string.Concat(Enumerable.Repeat("not ", 10_000)) + "1 }}"),
        ("many conditions", "{{ " + string.Concat(Enumerable.Repeat("1 if 0 else ", 10_000)) + "1 }}"),
        ("many sums", "{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 100_000)) + " }}"),
        ("many attributes", "{{ a" + string.Concat(Enumerable.Repeat(".a", 100_000)) + " }}"),
        ("many filters", "{{ 'a'" + string.Concat(Enumerable.Repeat("|trim", 100_000)) + " }}"),
        ("many targets", "{% set " + new string('(', 10_000) + "a" + new string(')', 10_000) + " = 1 %}"),
        ("many indices", "{{ a" + string.Concat(Enumerable.Repeat("[a", 10_000)) + new string(']', 10_000) + " }}"),
        ("long number", "{{ " + new string('9', 500_000) + " }}"),
        ("class", "{{ ''.__class__ }}"),
        ("class of a list", "{{ [].__class__.__base__ }}"),
        ("class by item", "{{ ''['__class__'] }}"),
        ("globals of a function", "{{ range.__globals__ }}"),
        ("class of a mapping", "{{ {}.__class__ }}"),
        ("class by map", "{{ [''] | map(attribute='__class__') | list }}"),
        ("class by format", "{{ '{0.__class__}'.format('') }}"),
        ("class of a macro", "{% macro f() %}{% endmacro %}{{ f.__init__ }}"),
        ("changed messages", "{{ messages.append(1) }}"),
    }.Select(bomb => new TheoryDataRow<string, string>(bomb.Name, bomb.Template) { TestDisplayName = bomb.Name });

    [Theory]
    [MemberData(nameof(Bombs))]
    public void EndsWithAnErrorSoon(string name, string template)
    {
        var error = Assert.Throws<ChatTemplateException>(() => TemplateData.Render(template));
        Assert.True(error.Line >= 1 && error.Column >= 1, name);
    }

    [Fact]
    public void SmallStackGivesAnErrorToo()
    {
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(
            () => TemplateData.Render("{% macro f(x) %}{% for i in [1] %}{% if x %}{{ 'a' ~ f(x) }}{% endif %}{% endfor %}{% endmacro %}{{ f(1) }}")), 256 << 10);
        thread.Start();
        thread.Join();
        Assert.IsType<ChatTemplateException>(error);
    }

    [Fact]
    public void LongConversationsAreFarFromTheLimits()
    {
        var messages = new StringBuilder("[");
        for (int i = 0; i < 2000; i++)
            messages.Append(i == 0 ? "" : ",").Append($$"""{"role":"{{(i % 2 == 0 ? "user" : "assistant")}}","content":"{{new string('x', 2000)}}"}""");
        string template = File.ReadAllText(Fixtures.Path("templates/meta-llama-Llama-3.2-3B-Instruct.jinja"));
        string text = TemplateData.Render(template, ("messages", TemplateData.Json(messages.Append(']').ToString())), ("tools", NoneValue.Instance));
        Assert.True(text.Length > 4_000_000);
    }
}
