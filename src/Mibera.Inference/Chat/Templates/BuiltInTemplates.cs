using System.Diagnostics.CodeAnalysis;

namespace Mibera.Inference.Chat.Templates;

/// <summary>
/// Templates for models whose file has none, or whose user wants another. The names are llama.cpp's where it has the format
/// (<c>chatml</c>, <c>phi3</c>, <c>phi4</c>). All of them print the text parts of messages whose content is a list.
/// </summary>
internal static class BuiltInTemplates
{
    /// <summary>Sets <c>text</c>: the content itself, or the text parts of a list of parts.</summary>
    private const string Text = """
        {%- set text = message.content if message.content is string else
            message.content | default([], true) | selectattr('type', 'equalto', 'text') | map(attribute='text') | join -%}
        """;

    /// <summary>Phi-2's question and answer format, from its model card; a system message goes before it as plain text.</summary>
    private const string Phi2 = "{%- for message in messages -%}" + Text + """
        {%- if message.role == 'system' -%}{{- text ~ '\n' -}}
        {%- elif message.role == 'assistant' -%}{{- 'Output: ' ~ text | trim ~ '\n' -}}
        {%- else -%}{{- 'Instruct: ' ~ text ~ '\n' -}}
        {%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- 'Output:' -}}{%- endif -%}
        """;

    /// <summary>Phi-3 and Phi-3.5.</summary>
    private const string Phi3 = "{%- for message in messages -%}" + Text + """
        {{- '<|' ~ message.role ~ '|>\n' ~ text ~ '<|end|>\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- '<|assistant|>\n' -}}{%- endif -%}
        """;

    /// <summary>Phi-4 and its reasoning models.</summary>
    private const string Phi4 = "{%- for message in messages -%}" + Text + """
        {{- '<|im_start|>' ~ message.role ~ '<|im_sep|>' ~ text ~ '<|im_end|>' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- '<|im_start|>assistant<|im_sep|>' -}}{%- endif -%}
        """;

    /// <summary>Phi-4-mini: tools stand in the system message, or in one of their own.</summary>
    private const string Phi4Mini = """
        {%- if tools and not (messages and messages[0].role == 'system') -%}
        {{- '<|system|><|tool|>' ~ tools | tojson ~ '<|/tool|><|end|>' -}}
        {%- endif -%}
        {%- for message in messages -%}
        """ + Text + """
        {{- '<|' ~ message.role ~ '|>' ~ text -}}
        {%- if tools and loop.first and message.role == 'system' -%}{{- '<|tool|>' ~ tools | tojson ~ '<|/tool|>' -}}{%- endif -%}
        {{- '<|end|>' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}
        """;

    private const string ChatMl = "{%- for message in messages -%}" + Text + """
        {{- '<|im_start|>' ~ message.role ~ '\n' ~ text ~ '<|im_end|>\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}
        """;

    /// <summary>The names that <see cref="TryGet"/> knows, for help and for errors.</summary>
    public static IReadOnlyList<string> Names { get; } = ["chatml", "phi2", "phi3", "phi4", "phi4-mini"];

    /// <summary>The template of a name, in any case; <c>phi-4</c> is <c>phi4</c>.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out ChatTemplate? template)
    {
        string? source = name.ToLowerInvariant() switch
        {
            "chatml" => ChatMl,
            "phi2" or "phi-2" => Phi2,
            "phi3" or "phi-3" => Phi3,
            "phi4" or "phi-4" => Phi4,
            "phi4-mini" or "phi-4-mini" or "phi4mini" => Phi4Mini,
            _ => null,
        };
        template = source is null ? null : ChatTemplate.Parse(source);
        return template is not null;
    }
}
