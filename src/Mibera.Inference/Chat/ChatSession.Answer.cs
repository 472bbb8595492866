using System.Text;

namespace Mibera.Inference.Chat;

public sealed partial class ChatSession
{
    /// <summary>One answer: its prompt, the room for it, its tokens, its figures.</summary>
    private sealed class ChatAnswer
    {
        // A prompt that leaves less room than a sixteenth of the context makes room first; whole turns go until a quarter is free,
        // so that not every answer reads everything anew.
        private const int LeastRoom = 16, EnoughRoom = 4;

        private readonly ChatSession _chat;
        private readonly SessionStatistics _before;
        private readonly (int Messages, long Tokens) _droppedBefore;
        private readonly TokenDecoder _decoder;
        private readonly List<int> _tokens = [];
        private readonly List<int> _lengths = [];
        private int _length;
        private int _keep;
        private int _prompt;
        private int _read;

        public ChatAnswer(ChatSession chat, GenerationOptions options)
        {
            (_chat, _before, _droppedBefore) = (chat, chat._session.Statistics, (chat._dropped, chat._window.Dropped));
            _decoder = chat.Model.Tokenizer.CreateDecoder(atStart: false, skipSpecial: !options.ShowSpecial);
            var (traits, ends) = (chat._prompts.Traits, !options.IgnoreEndOfGeneration);
            Options = options with
            {
                ContextOverflow = ContextOverflow.Stop,
                StopTokens = ends && traits.EndToken is { } end ? [.. options.StopTokens, end] : options.StopTokens,
                StopStrings = ends && traits.EndText is { } text ? [.. options.StopStrings, text] : options.StopStrings,
            };
        }

        public GenerationOptions Options { get; }

        public StringBuilder Text { get; } = new();

        public Func<CancellationToken, bool>? RoomMaker => _chat._options.ContextOverflow switch
        {
            ContextOverflow.Shift => _ => _chat._window.Shift(_keep),
            ContextOverflow.TruncateOldestTurns => _ => DropTurns(),
            _ => null,
        };

        /// <summary>The tokens that the session lacks.</summary>
        public int[] Prepare()
        {
            if (_chat._messages is [] or [{ Role: "system" }])
                throw new InvalidOperationException("There is nothing to answer: the conversation has no message.");
            var (prompt, context) = (Prompt(), _chat.ContextLength);
            var room = Math.Max(1, context / LeastRoom);
            var shifts = _chat._options.ContextOverflow == ContextOverflow.Shift;
            if (_chat._options.ContextOverflow == ContextOverflow.TruncateOldestTurns && prompt.Length > context - room)
                prompt = Shortened(prompt, []);
            if (shifts)
                _keep = Math.Max(Options.KeepTokens, _chat._prompts.Beginning(_chat.SystemPrompt));
            var missing = _chat._window.Take(prompt, _keep, room, shifts);
            (_prompt, _read) = (_chat._window.Length, missing.Length);
            return missing;
        }

        public void Append(GeneratedPiece piece)
        {
            Text.Append(piece.Text);
            if (piece.TokenId < 0)
                return;
            _length += _decoder.Append(piece.TokenId).Length;
            _tokens.Add(piece.TokenId);
            _lengths.Add(_length);
            _chat._window.Append(piece.TokenId);
        }

        /// <summary>Puts the answer, as far as it came, into the conversation.</summary>
        public void Commit()
        {
            var (text, tokens) = (Text.ToString(), AnswerTokens());
            if (_chat._messages is [.., { Role: "assistant" } last])
            {
                if (_chat._prompts.Recall(last.Content) is { } first)
                    _chat._prompts.Remember(last.Content + text, [.. first, .. tokens]);
                _chat._messages[^1] = last.WithContent(last.Content + text);
                return;
            }
            _chat._prompts.Remember(text, tokens);
            _chat._messages.Add(ChatMessage.Assistant(text));
        }

        public ChatStatistics Statistics()
        {
            var now = _chat._session.Statistics;
            return new ChatStatistics
            {
                PromptTokens = _prompt,
                ReusedTokens = _prompt - _read,
                PrefillTokens = now.PrefillTokens - _before.PrefillTokens,
                PrefillTime = now.PrefillTime - _before.PrefillTime,
                GeneratedTokens = _tokens.Count,
                DecodeTokens = now.DecodeTokens - _before.DecodeTokens,
                DecodeTime = now.DecodeTime - _before.DecodeTime,
                DroppedMessages = Math.Max(0, _chat._dropped - _droppedBefore.Messages),
                DiscardedTokens = _chat._window.Dropped - _droppedBefore.Tokens,
                StopReason = _prompt > 0 ? now.StopReason : StopReason.None,
                Seed = _prompt > 0 ? now.Seed : null,
            };
        }

        private int[] Prompt()
        {
            var messages = _chat.Included();
            return _chat._prompts.Tokenize(_chat._prompts.Render(messages), messages);
        }

        /// <summary>Within a generation: room by dropping turns.</summary>
        private bool DropTurns()
        {
            var whole = _prompt + _tokens.Count;
            var tokens = Shortened(null, [.. _tokens]);
            if (tokens is null || tokens.Length >= Math.Min(whole, _chat.ContextLength))
                return false;
            _chat._window.Exchange(tokens);
            return true;
        }

        /// <summary>The prompt, followed by what was generated already, without as many of the oldest turns as need to go; as it was if
        /// none can.</summary>
        [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(tokens))]
        private int[]? Shortened(int[]? tokens, int[] generated)
        {
            var context = _chat.ContextLength;
            while ((tokens is null || tokens.Length > context - context / EnoughRoom) && _chat.DropTurn() > 0)
                tokens = [.. Prompt(), .. generated];
            return tokens;
        }

        /// <summary>
        /// The tokens of the text: those generated, as far as the text has them, and for what is left (a part of a token before a
        /// stop string, a character without its end) tokens by its letters.
        /// </summary>
        private int[] AnswerTokens()
        {
            var (count, length) = (0, 0);
            for (var i = 0; i < _tokens.Count && _lengths[i] <= Text.Length; i++)
            {
                if (_lengths[i] > length)
                    (count, length) = (i + 1, _lengths[i]);
            }
            return [.. _tokens[..count], .. _chat.Model.Tokenizer.Encode(Text.ToString(length, Text.Length - length))];
        }
    }
}
